"""TIDieR and GRAMMS: each item with what is recorded, or the file that awaits it."""

from toolkit.i18n import language
from toolkit.records.portfolio import Project, load_project
from toolkit.records.projects import Intervention
from toolkit.records.toml_model import Text
from toolkit.study.completeness import GRAMMS, gramms, tidier
from toolkit.study.contribution import Piece, Strand
from toolkit.study.reading import MixedMethods, Reading

EN = language("en")
WORDS = Text(fr="Un texte.", en="A text.")
ITEMS = [
    "name", "why", "materials", "procedures", "providers", "delivery", "where", "when",
    "tailoring", "modifications", "fidelity", "actual",
]  # fmt: skip


def test_the_twelve_items_of_a_demonstration():
    facts = tidier(load_project("maison-handicap"))
    assert [fact.topic for fact in facts] == ITEMS
    assert not any(fact.missing for fact in facts)
    said = {fact.topic: fact.sentence(EN) for fact in facts}
    assert said["materials"].split("; ") == [
        "Reception touch kiosk",
        "Guide for the team that decides each week",
        "Message sent after the check only",
        "Waiting-time curve before and after",
    ]
    assert said["where"] == "Treated: 10 départements."
    assert said["when"] == (
        "Opened everywhere on 1 April 2015; share of the territory covered, from 50 to 100%."
    )
    assert said["modifications"].startswith("2 changes decided in the course of the cycles. The ")
    assert said["actual"] == "Of 7 assumptions on which delivery rested: held 2, failed 1."


def test_what_is_missing_names_its_file():
    project = load_project("demande-unique")
    empty = {name: frame.iloc[:0] for name, frame in project.tables.items()}
    kept = {name: project.tables[name] for name in ("deployments", "indicators")}
    bare = Project(project.facts.model_copy(update={"intervention": Intervention()}), empty | kept)
    missing = {fact.topic: fact.sentence(EN) for fact in tidier(bare) if fact.missing}
    assert set(missing) == set(ITEMS) - {"name", "why", "where", "when"}
    assert "projects/demande-unique/artefacts.csv" in missing["materials"]
    assert "projects/demande-unique/project.toml" in missing["fidelity"]


def test_integration_is_recorded_where_evidence_stands_beside_the_effect():
    piece = Piece("V01", "qual", WORDS, "", 1, "for")
    beside = (Strand(WORDS, True, (piece,), "agree"),)
    elsewhere = (Strand(WORDS, False, (piece,), "for"), Strand(WORDS, True, (), "alone"))
    facts = gramms("essai", Reading(), beside)
    assert [fact.topic for fact in facts] == list(GRAMMS)
    assert [fact.topic for fact in facts if not fact.missing] == ["integration"]
    assert all(fact.missing for fact in gramms("essai", Reading(), elsewhere))
    reading = Reading(mixed_methods=MixedMethods(insights=WORDS))
    facts = gramms("essai", reading, elsewhere)
    assert facts[-1].sentence(EN) == "A text."
    assert "data/studies/essai.reading.toml" in facts[0].sentence(EN)
