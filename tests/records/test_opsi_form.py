"""A project answers what the OPSI form asks of it, and nothing else."""

from toolkit.records.projects import FACTS, read_facts
from toolkit.records.sources import data_dir

PROJECT = data_dir() / "projects" / "demande-unique"


def test_an_answer_to_what_is_not_asked_is_a_fault(tmp_path):
    folder = tmp_path / PROJECT.name
    folder.mkdir()
    text = (PROJECT / FACTS).read_text(encoding="utf-8")
    more = 'lesson_to_share = "One."\ncs_user_name = "Somebody"\n'
    (folder / FACTS).write_text(text + more, encoding="utf-8")
    facts, faults = read_facts(folder / FACTS, FACTS)
    assert facts.opsi.answers["level_of_government"] == "central"
    assert [(f.rule, f.column, f.nearest, f.line) for f in faults] == [
        ("key_unknown", "opsi.answers.lesson_to_share", "lessons_to_share", text.count("\n") + 1),
        ("key_unknown", "opsi.answers.cs_user_name", "", text.count("\n") + 2),
    ]
