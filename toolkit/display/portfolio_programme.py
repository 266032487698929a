"""The programme's words across projects: missions, publics, researchers, ecosystem, OPSI."""

import pandas as pd

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.display.portfolio import listed, part_name, project_name
from toolkit.display.projects import EMPTY, vocabulary_words, write_date
from toolkit.i18n import Language
from toolkit.records.projects import Facet
from toolkit.study.portfolio import Portfolio
from toolkit.study.portfolio_programme import (
    count_actions,
    count_modes,
    count_publics,
    read_declaration,
)


def show_ecosystem(portfolio: Portfolio, actions: pd.DataFrame, *, lang: Language) -> list[Block]:
    """Say what each mission rests on, and lay out the actions by type, E1 to E6.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    missions = vocabulary_words("mission", lang)
    said = [
        lang(
            "portfolio.mission",
            code=code,
            mission=label,
            counts=_served(code, portfolio, actions, lang),
        )
        for code, label in missions.items()
    ]
    blocks: list[Block] = [Heading(lang("portfolio.ecosystem.title")), *map(Paragraph, said)]
    return [*blocks, *(_actions(part, lang) for _, part in actions.groupby("simulated"))]


def show_participation(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Lay out how researchers and others took part, A1 to A4, and the interests declared.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    modes = vocabulary_words("association_mode", lang)
    said = " · ".join(f"{code} – {label}" for code, label in modes.items())
    blocks: list[Block] = [
        Heading(lang("portfolio.modes.title")),
        Paragraph(lang("portfolio.modes.explain", modes=said)),
    ]
    others = ("people", "insiders", "interests", "undeclared")
    names, heads = (*modes, *others), [*modes, *(lang(f"portfolio.column.{n}") for n in others)]
    for part in portfolio.parts:
        counts = count_modes(part.projects)
        if counts.empty:
            text = lang("portfolio.modes.none", part=part_name(part, lang))
            blocks.append(Callout("note", text, lang))
            continue
        blocks.append(
            Table(
                caption=lang("portfolio.modes.caption", part=part_name(part, lang)),
                header=(lang("portfolio.column.project"), *heads),
                rows=tuple(
                    (project_name(name, part, lang), *(lang.number(int(row[n])) for n in names))
                    for name, row in counts.iterrows()
                ),
                note=lang("portfolio.modes.note"),
                simulated=part.is_simulated,
                lang=lang,
            )
        )
    return blocks


def show_publics(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Say for each public how many projects serve it, and how many measure what it gets.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    words = vocabulary_words("public", lang)
    blocks: list[Block] = [Heading(lang("portfolio.publics.title"))]
    names = ("projects", "measured", "indicators")
    for part in portfolio.parts:
        counts = count_publics(part.projects)
        blocks.append(
            Table(
                caption=lang("portfolio.publics.caption", part=part_name(part, lang)),
                header=tuple(lang(f"portfolio.column.{name}") for name in ("public", *names)),
                rows=tuple(
                    (f"{code} – {words[code]}", *(lang.number(int(row[n])) for n in names))
                    for code, row in counts.iterrows()
                ),
                simulated=part.is_simulated,
                lang=lang,
            )
        )
    return blocks


def show_opsi(portfolio: Portfolio, actions: pd.DataFrame, *, lang: Language) -> list[Block]:
    """Place the projects in the OECD's vocabularies: stage, facets, sector, Declaration.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    blocks: list[Block] = [
        Heading(lang("portfolio.opsi.title")),
        Paragraph(lang("portfolio.opsi.explain")),
    ]
    for part in portfolio.parts:
        if part.projects:
            blocks += [
                _opsi(part, lang),
                _facets(part, lang),
                _declaration(part, actions[actions.simulated == part.is_simulated], lang),
            ]
    return blocks


def _served(code: str, portfolio: Portfolio, actions: pd.DataFrame, lang: Language) -> str:
    """Count the projects and the actions of a mission, real and simulated apart."""
    own = actions[actions.mission == code]
    counts = {}
    for kind, simulated in (("real", False), ("simulated", True)):
        facts = [project.facts for project in portfolio.projects.values()]
        of_kind = [one.mission for one in facts if one.simulated == simulated]
        counts[f"portfolio.projects.{kind}"] = of_kind.count(code)
        counts[f"portfolio.actions.{kind}"] = int((own.simulated == simulated).sum())
    return listed([lang.plural(key, n) for key, n in counts.items() if n], lang)


def _actions(actions: pd.DataFrame, lang: Language) -> Table:
    simulated = bool(actions.simulated.any())
    types = vocabulary_words("ecosystem_type", lang)
    rows = tuple(
        (
            f"{code} – {types[code]}",
            lang.number(row["actions"]),
            _span(row["first"], row["last"], lang),
            "nd" if pd.isna(row["reach"]) else lang.number(int(row["reach"])),
            " · ".join(actions[actions.type == code][f"title_{lang.code}"]) or EMPTY,
        )
        for code, row in count_actions(actions).iterrows()
    )
    names = ("type", "actions", "span", "reach", "titles")
    return Table(
        caption=lang("portfolio.ecosystem.caption"),
        header=tuple(lang(f"portfolio.column.{name}") for name in names),
        rows=rows,
        note=lang("portfolio.ecosystem.note"),
        text_columns=frozenset({0, 2, 4}),
        simulated=simulated,
        lang=lang,
    )


def _span(first: pd.Timestamp, last: pd.Timestamp, lang: Language) -> str:
    if first == last or pd.isna(first):
        return write_date(first, lang)
    return f"{write_date(first, lang)} – {write_date(last, lang)}"


def _opsi(part: Portfolio, lang: Language) -> Table:
    names = ("intervention_mode", "opsi_status", "sector", "reintegration")
    modes, stages, sectors, states = (vocabulary_words(name, lang) for name in names)
    columns = ("project", "mode", "stage", "sectors", "reintegration")
    return Table(
        caption=lang("portfolio.opsi.caption", part=part_name(part, lang)),
        header=tuple(lang(f"portfolio.column.{name}") for name in columns),
        rows=tuple(
            (
                project_name(name, part, lang),
                modes[project.facts.mode],
                stages[project.facts.opsi_status],
                ", ".join(sectors[code] for code in project.facts.sectors),
                states[project.facts.reintegration],
            )
            for name, project in part.projects.items()
        ),
        text_columns=frozenset(range(5)),
        simulated=part.is_simulated,
        lang=lang,
    )


def _facets(part: Portfolio, lang: Language) -> Block:
    """Lay out the scores; a facet without one is not filled in for anybody."""
    if not any(project.facts.facets for project in part.projects.values()):
        return Callout("note", lang("portfolio.facets.none", part=part_name(part, lang)), lang)
    words = vocabulary_words("facet", lang)
    return Table(
        caption=lang("portfolio.facets.caption", part=part_name(part, lang)),
        header=(lang("portfolio.column.project"), *map(str.capitalize, words.values())),
        rows=tuple(
            (
                project_name(name, part, lang),
                *(_facet(project.facts.facets.get(code), lang) for code in words),
            )
            for name, project in part.projects.items()
        ),
        note=lang("portfolio.opsi.note"),
        simulated=part.is_simulated,
        lang=lang,
    )


def _facet(facet: Facet | None, lang: Language) -> str:
    return EMPTY if facet is None else lang.number(facet.score)


def _declaration(part: Portfolio, actions: pd.DataFrame, lang: Language) -> Table:
    words = vocabulary_words("declaration", lang)
    held = read_declaration(part.projects, actions)
    return Table(
        caption=lang("portfolio.declaration.caption", part=part_name(part, lang)),
        header=(lang("portfolio.column.commitment"), lang("portfolio.column.held")),
        rows=tuple(
            (
                words[code].capitalize(),
                lang(
                    f"portfolio.declaration.{code}",
                    **{name: lang.number(n) for name, n in held[code].items()},
                ),
            )
            for code in words
        ),
        note=lang("portfolio.declaration.note"),
        text_columns=frozenset({0, 1}),
        simulated=part.is_simulated,
        lang=lang,
    )
