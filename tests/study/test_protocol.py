"""A protocol is read whole, or refused with every fault, its line and its remedy."""

import pytest

from toolkit.errors import DataError
from toolkit.i18n import LANGUAGES, language
from toolkit.records.faults import write_faults
from toolkit.study.protocol import (
    load_protocol,
    protocol_path,
    read_protocol,
    study_ids,
    validate_studies,
)
from toolkit.study.protocol_rules import CHECKS

STUDY = "demande-unique"


def edited(data, *swaps: tuple[str, str]):
    path = data / "studies" / f"{STUDY}.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return read_protocol(path)


def test_the_protocols_shipped_have_no_fault():
    assert validate_studies() == []
    assert STUDY in study_ids()


def test_what_a_protocol_says_is_typed():
    protocol = load_protocol(STUDY).protocol
    assert protocol.design == "did"
    assert protocol.checks == list(CHECKS["did"])
    assert protocol.thresholds.meaningful == 2.0
    assert protocol.thresholds.level == 0.95
    assert protocol.treated.rule == "deployments"
    assert protocol.roles[0].interests.fr.startswith("Financement public")


BROKEN = {
    "another id": ('id = "demande-unique"', 'id = "autre"', "id_file", "id", "demande-unique"),
    "no such project": (
        'project = "demande-unique"', 'project = "demande-uniqe"', "unknown_project", "project",
        "demande-unique",
    ),
    "no such indicator": (
        '"delai-traitement"', '"delai-traitment"', "unknown_indicator", "indicator",
        "delai-traitement",
    ),
    "a year for a month": ('"2017-06"', '"2017"', "period_frequency", "periods.last", ""),
    "a thirteenth month": ('"2017-06"', '"2017-13"', "period_frequency", "periods.last", ""),
    "ends before it starts": ('"2017-06"', '"2011-06"', "period_order", "periods.last", ""),
    "a rival's check that is not planned": (
        '["placebo_in_space"]', '["fit"]', "rival_check", "rivals.1.checks", "",
    ),
    "a rival's evidence that is not there": (
        '["V07"]', '["V99"]', "rival_evidence", "rivals.2.evidence", "",
    ),
    "no threshold": ("= 2.0", "= 0.0", "range_above", "thresholds.meaningful", ""),
    "text for a number": ("= 2.0", '= "2"', "key_number", "thresholds.meaningful", ""),
    "unknown key": (
        "[thresholds]", "[thresholds]\nlevl = 0.9", "key_unknown", "thresholds.levl", "level",
    ),
    "unknown design": ('"did"', '"dif"', "vocabulary", "design", "did"),
    "unknown check": ('"spillover"', '"spilover"', "unknown_check", "checks", "spillover"),
    "check twice": ('"leave_one_out"', '"spillover"', "check_twice", "checks", ""),
    "unknown role": ('"chercheur"', '"chercheuse"', "vocabulary", "roles.0.role", "chercheur"),
    "unknown mode": ('"A4"', '"A5"', "vocabulary", "roles.0.mode", ""),
    "a list that is not read": (
        "[periods]", '[treated]\nterritories = ["DEP-10"]\n\n[periods]', "list_unread",
        "treated.territories", "",
    ),
    "an empty list": (
        "[periods]", '[treated]\nrule = "listed"\n\n[periods]', "list_empty",
        "treated.territories", "",
    ),
    "anticipation that the design would not read": (
        'last = "2017-06"', 'last = "2017-06"\nanticipation = 2', "unread", "periods.anticipation",
        "",
    ),
    "no such territory": (
        "[periods]", '[treated]\nrule = "listed"\nterritories = ["DEP-1"]\n\n[periods]',
        "unknown_territory", "treated.territories", "DEP-01",
    ),
    "an e-mail": (
        "sans lien", "paul@exemple.fr sans lien", "personal_data", "roles.0.interests.fr", "",
    ),
    "a blank question": (
        'fr = "De combien', 'fr = ""\nautre = "De combien', "key_blank", "question.fr", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_says_what_is_wrong_and_where(data, case):
    old, new, rule, key, nearest = BROKEN[case]
    faults = edited(data, (old, new)).faults
    found = [f for f in faults if (f.rule, f.column) == (rule, key)]
    assert found, faults
    assert nearest in found[0].nearest
    lines = (data / "studies" / f"{STUDY}.toml").read_text("utf-8").splitlines()
    line = lines[found[0].line - 1].strip(" []")
    assert line.startswith((key.rpartition(".")[2], key.partition(".")[0]))
    for code in LANGUAGES:
        assert write_faults(list(faults), language(code))


def test_one_territory_cannot_be_on_both_sides(data):
    sides = (
        '[treated]\nrule = "listed"\nterritories = ["DEP-10"]\n\n[comparison]\nrule = "listed"\n'
    )
    found = edited(data, ("[periods]", sides + 'territories = ["DEP-10", "DEP-01"]\n\n[periods]'))
    assert [(f.rule, f.value) for f in found.faults] == [("two_sides", "DEP-10")]


def test_a_synthetic_control_reads_neither_sizes_nor_clusters_nor_another_inference(data):
    found = edited(
        data,
        ('design = "did"', 'design = "synthetic_control"\ninference = "wild"\nclusters = "region"'),
    )
    unread = {f.column for f in found.faults if f.rule == "unread"}
    assert unread == {"inference", "sizes", "clusters", "specifications", "outcomes"}


def test_all_faults_come_in_one_error(data):
    edited(data, ('"2017-06"', '"2017"'), ('"A4"', '"A5"'), ('"spillover"', '"spillove"'))
    with pytest.raises(DataError, match=r"(?s)3 faults.*checks.*periods\.last.*roles\.0\.mode"):
        load_protocol(STUDY)


def test_an_unknown_study_names_those_there_are():
    with pytest.raises(DataError, match=r"no study 'demande-uniq'\. There are: .*demande-unique"):
        load_protocol("demande-uniq")


def test_records_beside_a_protocol_are_no_studies(data):
    (data / "studies" / f"{STUDY}.before-1.toml").write_text("", encoding="utf-8")
    assert study_ids() == [STUDY]
    assert protocol_path(STUDY).is_file()
