"""What the pages on a project share: their top, the words of its codes, its evidence."""

import re
from collections.abc import Sequence
from datetime import date

import pandas as pd

from toolkit.display.blocks import Block, Heading, Masthead, Paragraph, Table
from toolkit.i18n import NBSP, Language
from toolkit.records.portfolio import Project
from toolkit.records.rules import SIMULATION
from toolkit.records.sources import load_sources
from toolkit.records.territories import load_territories
from toolkit.records.vocabulary import load_vocabulary

# What stands in a cell of words where there is nothing to say.
EMPTY = "–"


def introduce_project(
    project: Project,
    *,
    question: str,
    answer: Sequence[str],
    lang: Language,
    sources: Sequence[date] = (),
) -> list[Block]:
    """Return the top of a page on a project: what it is, the question, the answer first.

    `question` is a message about the project's {title}; `answer` has the lead, then the rest.
    `sources` are the days to which what the page shows beside the project's records goes.
    """
    title = getattr(project.facts.title, lang.code)
    sites = project.tables["deployments"]
    first, *others = answer
    return [
        Masthead(
            subject=title,
            status="descriptive",
            as_of=max([project.updated_on, *sources]),
            lang=lang,
            simulated=project.facts.simulated,
            project=project.id,
            territories=tuple(dict.fromkeys(sites.territory[sites.role == "treated"])),
        ),
        Heading(lang(question, title=title), level=1),
        Paragraph(first, lead=True),
        *map(Paragraph, others),
    ]


def project_source(project: Project, lang: Language) -> str:
    """Say whom the project's own tables come from.

    Examples
    --------
    See ``notebooks/project_characterisation.ipynb``.
    """
    if project.facts.simulated:
        return load_sources()[SIMULATION].attribution[lang.code]
    return lang("project.source", project=project.id)


def tabulate_claims(project: Project, by: str, *, lang: Language) -> Table | None:
    """Lay out the evidence for and against, by criterion or by node of the theory of change.

    None where no evidence names one.
    """
    claims = project.tables["evidence"]
    claims = claims[claims[by].notna()].sort_values([by, "evidence"])
    if claims.empty:
        return None
    nodes = project.tables["theory_nodes"].set_index("node")[f"label_{lang.code}"]
    of_what = vocabulary_words("criterion", lang) if by == "criterion" else nodes
    types, sides = (vocabulary_words(f"evidence_{name}", lang) for name in ("type", "direction"))
    rows = tuple(
        (
            f"{row[by]} – {of_what[row[by]]}" if by == "criterion" else of_what[row[by]],
            without_pseudonyms(row[f"claim_{lang.code}"], project),
            sides[row["direction"]],
            types[row["type"]],
            lang.number(row["strength"]),
        )
        for row in claims.to_dict("records")
    )
    names = (by, "claim", "direction", "type", "strength")
    return Table(
        caption=lang(f"claims.caption.{by}"),
        header=tuple(lang(f"claims.{name}") for name in names),
        rows=rows,
        note=lang("claims.note"),
        text_columns=frozenset(range(4)),
        simulated=project.facts.simulated,
        lang=lang,
    )


def without_pseudonyms(text: str, project: Project) -> str:
    """Return a text in which no one's pseudonym stands."""
    known = {*project.tables["participation"].pseudonym, *project.tables["ratings"].rater}
    if not known:
        return text
    return re.sub(rf"\b(?:{'|'.join(sorted(known))})\b", "…", text)


def vocabulary_words(name: str, lang: Language) -> dict[str, str]:
    """Return the words of a vocabulary by code."""
    return load_vocabulary(name).set_index("code")[lang.code].to_dict()


def territory_names(ids: Sequence[str]) -> dict[str, str]:
    """Return the name of each territory by id ("DEP-23").

    Examples
    --------
    >>> territory_names(["DEP-23", "REG-75"])
    {'DEP-23': 'Creuse', 'REG-75': 'Nouvelle-Aquitaine'}
    """
    levels = sorted({name.partition("-")[0] for name in ids})
    places = pd.concat([load_territories(level) for level in levels])
    names = dict(zip(places.level + "-" + places.code, places.name, strict=True))
    return {name: names[name] for name in ids}


def site_names(ids: Sequence[str], lang: Language) -> dict[str, str]:
    """Return the name of each site by id; that of a région says that it is one."""
    names = territory_names(ids)
    return {
        name: lang("sites.region", name=said) if name.startswith("REG-") else said
        for name, said in names.items()
    }


def words_table(
    caption: str,
    header: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    *,
    project: Project,
    lang: Language,
    langs: tuple[str, ...] = (),
) -> Table:
    """Return a table of words, without pseudonyms, with the stamp of the project's data.

    `langs` says in which language a column quotes the team's words; the page's own needs no mark.
    """
    return Table(
        caption=caption,
        header=tuple(header),
        rows=tuple(tuple(without_pseudonyms(cell, project) for cell in row) for row in rows),
        text_columns=frozenset(range(len(header))),
        langs=tuple("" if code == lang.code else code for code in langs),
        simulated=project.facts.simulated,
        lang=lang,
    )


def written_words(table: pd.DataFrame, column: str, lang: Language) -> tuple[pd.Series, str]:
    """Return a column of French words, in English if the page is and each of them was translated.

    The second is the language of the words. One column has one language, which a reader's voice
    is told of.
    """
    english = table[f"{column}_en"]
    if lang.code == "en" and not (table[column].notna() & english.isna()).any():
        return english, "en"
    return table[column], "fr"


def figure_facts(project: Project, lang: Language) -> dict[str, object]:
    """Return what every figure on a project's own tables is given."""
    note = project_source(project, lang)
    return {"lang": lang, "simulated": project.facts.simulated, "note": note}


def write_date(day: pd.Timestamp, lang: Language) -> str:
    """Write a date of a table in one piece, or a dash where it has none."""
    return EMPTY if pd.isna(day) else lang.date(day.date()).replace(" ", NBSP)


def write_words(value: object) -> str:
    """Write a cell of words, or a dash where it has none."""
    return EMPTY if pd.isna(value) else str(value)
