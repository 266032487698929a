"""Where a project stands in the words of the programme, and in those of the OECD."""

import re

from toolkit.display.blocks import Block, Callout, Heading, Table
from toolkit.display.projects import EMPTY, vocabulary_words, words_table
from toolkit.i18n import Language
from toolkit.records.portfolio import Project
from toolkit.records.vocabulary import load_vocabulary
from toolkit.study.qualities import Measure

# The vocabularies of which a project chooses, and the fact that holds its choice.
_CHOICES = {
    "mission": "mission",
    "public": "publics",
    "intervention_mode": "mode",
    "opsi_status": "opsi_status",
    "sector": "sectors",
}
_CODED = ("mission", "public")  # the programme's codes, which readers know
_HIGHEST = 4


def place_project(project: Project, measures: list[Measure], *, lang: Language) -> list[Block]:
    """Show what a project chose among each vocabulary, its facets, and the OECD's Declaration.

    Returns
    -------
    list of Block
        Every item of the vocabularies, chosen or not: a reader sees what the choice was among.

    Examples
    --------
    See ``notebooks/project_characterisation.ipynb``.
    """
    return [
        Heading(lang("programme.title")),
        _tabulate_choices(project, lang),
        *_tabulate_facets(project, lang),
        _tabulate_declaration(project, measures, lang),
    ]


def _tabulate_choices(project: Project, lang: Language) -> Table:
    rows = []
    for name, fact in _CHOICES.items():
        held = getattr(project.facts, fact)
        chosen = [held] if isinstance(held, str) else held
        for code, words in vocabulary_words(name, lang).items():
            item = f"{code} – {words}" if name in _CODED else words
            mark = lang("programme.chosen") if code in chosen else EMPTY
            rows.append((item, lang(f"programme.{name}"), mark))
    return _table("choices", ("item", "kind", "project"), rows, project, lang)


def _tabulate_facets(project: Project, lang: Language) -> list[Block]:
    facets = project.facts.facets
    if not facets:
        return [Callout("note", lang("programme.no_facets", project=project.id), lang)]
    rows = [
        (
            words,
            f"{lang.number(facets[code].score)}/{_HIGHEST}" if code in facets else EMPTY,
            getattr(facets[code], f"reason_{lang.code}") if code in facets else EMPTY,
        )
        for code, words in vocabulary_words("facet", lang).items()
    ]
    return [_table("facets", ("facet", "score", "reason"), rows, project, lang)]


def _tabulate_declaration(project: Project, measures: list[Measure], lang: Language) -> Table:
    known = {measure.code: False for measure in measures}
    known |= {measure.code: True for measure in measures if measure.value is not None}
    rows = []
    for item in load_vocabulary("declaration").to_dict("records"):
        codes = re.findall(r"\b[PQ]\d\b", item["place"])
        n = sum(known[code] for code in codes)
        computed = lang("programme.computed", n=lang.number(n), of=lang.number(len(codes)))
        rows.append((item[lang.code], lang.join(codes), computed))
    return _table("declaration", ("commitment", "through", "computed_title"), rows, project, lang)


def _table(name: str, columns: tuple, rows: list, project: Project, lang: Language) -> Table:
    header = [lang(f"programme.{column}") for column in columns]
    caption = lang(f"programme.caption.{name}")
    return words_table(caption, header, rows, project=project, lang=lang)
