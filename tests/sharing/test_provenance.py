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
