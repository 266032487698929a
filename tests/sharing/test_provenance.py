"""What a report rests on is listed whole, and the command that makes it again is right."""

from toolkit.i18n import language
from toolkit.sharing.provenance import list_inputs, rerun_command


def test_every_input_is_listed_with_its_hash(manifest):
    assert list_inputs(manifest, language("en")) == [
        ("Parameter lang", "fr"),
        ("Parameter territory", "DEP-23"),
        ("small.ipynb (sha256)", "a" * 64),
        ("toolkit (sha256)", "c" * 64),
        ("territories/population.parquet (sha256)", "b" * 64),
        ("Python", "3.11"),
        ("pandas", "3.0"),
    ]


def test_the_command_that_makes_it_again(manifest):
    made = manifest | {"notebook": "territory_report.ipynb", "formats": ["html", "code", "pdf"]}
    assert rerun_command(made) == "futurs report DEP-23 --lang fr --code --pdf"
    assert rerun_command(made | {"rendered_later": True}) == ""
    assert rerun_command(manifest) == ""


def test_a_file_that_was_looked_for_and_not_there_is_said_to_be_absent(manifest):
    sought = manifest | {"data": {"studies/a.lock.json": ""}}
    assert ("studies/a.lock.json (sha256)", "absent") in list_inputs(sought, language("en"))
