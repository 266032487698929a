"""The sheets for the OECD observatory that lie in a folder of reports, as entries of its index."""

from pathlib import Path

from toolkit.i18n import LANGUAGES, language
from toolkit.records.projects import Facts
from toolkit.sharing.entries import Entry, Page
from toolkit.sharing.render import index_name


def find_sheets(output: Path, facts: dict[str, Facts | None]) -> list[Entry]:
    """Find the sheets of a folder, one a project, with what each project says of itself.

    Parameters
    ----------
    facts : dict of str to Facts
        By project; one whose facts cannot be read has no sheet here.
    """
    entries = []
    for project, told in facts.items():
        folder = output / "opsi" / project
        written = [code for code in LANGUAGES if (folder / index_name(code)).is_file()]
        if told is not None and written:
            entries.append(_entry(folder.relative_to(output).as_posix(), told, written))
    return entries


def _entry(address: str, told: Facts, written: list[str]) -> Entry:
    names = {code: language(code).spaced(getattr(told.title, code)) for code in written}
    return Entry(
        address=address,
        kind="sheet",
        code=told.id,
        study="",
        status="",
        verdict="",
        project=told.id,
        simulated=told.simulated,
        partly=False,
        as_of=None,
        territories=(),
        places=(),
        pages={
            code: Page(language(code)("opsi.title", project=name), name, "", ())
            for code, name in names.items()
        },
    )
