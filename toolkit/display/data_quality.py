"""What the data of a project can bear, table by table and indicator by indicator."""

from collections.abc import Mapping, Sequence

import pandas as pd

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.display.coverage import plot_coverage
from toolkit.display.projects import (
    EMPTY,
    introduce_project,
    territory_names,
    vocabulary_words,
    write_date,
)
from toolkit.display.signs import NOT_AVAILABLE, with_signs
from toolkit.display.sources import tabulate_sources
from toolkit.display.writing import spread_digits, write_level, write_number, write_period
from toolkit.i18n import Language, fold
from toolkit.records.portfolio import Project
from toolkit.records.rates import outcome_sources
from toolkit.records.schemas import load_schema
from toolkit.records.sources import load_sources, table_sources
from toolkit.study.data_quality import OUTLYING, SeriesQuality, describe_tables

Series = Mapping[str, SeriesQuality | None]
# Values that stand out, listed at most: the farthest.
_MOST_LISTED = 10


def introduce_data(project: Project, series: Series, *, lang: Language) -> list[Block]:
    """Return the top of the page: what is filled, what is observed, what stands out.

    Examples
    --------
    See ``notebooks/data_quality.ipynb``.
    """
    tables = describe_tables(project)
    filled = {"n": lang.number(int((tables.rows > 0).sum())), "of": lang.number(len(tables))}
    answer = [lang("quality.tables", **filled)]
    here = [found for found in series.values() if found is not None]
    if not here:
        answer.append(lang("quality.nothing_here"))
    else:
        answer[0] += " " + _say_states(here, lang)
        outliers = lang.number(sum(len(found.outliers) for found in here))
        breaks = lang.number(sum(0 if f.breaks is None else len(f.breaks) for f in here))
        answer.append(lang("quality.found", outliers=outliers, breaks=breaks))
        if short := sum(found.breaks is None for found in here):
            answer[1] += " " + lang.plural("quality.found.short", short)
    updates = [found.panel.attrs["updated_on"] for found in here]
    blocks = introduce_project(
        project,
        question="quality.question",
        answer=answer,
        lang=lang,
        sources=list(filter(None, updates)),
    )
    return [*blocks, Callout("caution", lang("quality.caution"), lang)]


def explain_tables(project: Project, *, lang: Language) -> list[Block]:
    """List every table of the project: rows, how full it is, what is never filled.

    Examples
    --------
    See ``notebooks/data_quality.ipynb``.
    """
    rows = tuple(
        (
            f"{lang.spaced(load_schema(row.Index).title[lang.code])} ({row.Index}.csv)",
            lang.number(row.rows),
            NOT_AVAILABLE if pd.isna(row.filled) else lang.percent(row.filled, 0),
            ", ".join(row.unused) or EMPTY,
        )
        for row in describe_tables(project).itertuples()
    )
    return [
        Heading(lang("quality.tables.title")),
        Table(
            caption=lang("quality.tables.caption", project=project.id),
            header=tuple(
                lang(f"quality.column.{name}") for name in ("table", "rows", "filled", "unused")
            ),
            rows=rows,
            note=with_signs(rows, lang("quality.tables.note"), lang),
            text_columns=frozenset({0, 3}),
            simulated=project.facts.simulated,
            lang=lang,
        ),
    ]


def explain_series(project: Project, series: Series, *, lang: Language) -> list[Block]:
    """Show each indicator: the state of its cells, its breaks, the values that stand out.

    Examples
    --------
    See ``notebooks/data_quality.ipynb``.
    """
    indicators = project.tables["indicators"].set_index("indicator")
    blocks: list[Block] = [Heading(lang("quality.series.title"))]
    if any(series.values()) and (said := _say_sites(project, lang)):
        blocks.append(Paragraph(said))
    for name, found in series.items():
        label = indicators.loc[name, f"label_{lang.code}"]
        blocks.append(Heading(label, level=3))
        if found is None:
            source = indicators.loc[name, "source"]
            blocks.append(Callout("note", lang("quality.not_here", source=source), lang))
        else:
            blocks += _one_series(label, found, _silent(project, found), lang)
    return blocks


def explain_provenance(project: Project, *, lang: Language) -> list[Block]:
    """Say whose data it is, of the outcomes and of the territories, and the hash of each file.

    Examples
    --------
    See ``notebooks/data_quality.ipynb``.
    """
    register = load_sources()
    wanted = [
        source
        for row in project.tables["indicators"].itertuples()
        for source in outcome_sources(row.source, row.indicator)
    ]
    sources = {name: register[name] for name in wanted}
    sources |= {s.id: s for s in table_sources("territories", "territories")}
    rows = tuple(
        (
            source.path or source.id,
            write_date(pd.Timestamp(source.updated_on), lang),
            source.sha256 or EMPTY,
        )
        for source in sources.values()
    )
    return [
        Heading(lang("quality.provenance.title")),
        tabulate_sources(sources.values(), lang=lang),
        Table(
            caption=lang("quality.provenance.caption"),
            header=tuple(
                lang(f"quality.column.{name}") for name in ("source", "updated", "sha256")
            ),
            rows=rows,
            text_columns=frozenset(range(3)),
        ),
    ]


def _say_states(series: Sequence[SeriesQuality], lang: Language) -> str:
    """Say how many of the values expected are in each state, none of those there are left out."""
    counts = pd.concat([found.statuses for found in series]).groupby(level=0).sum()
    whole = int(counts.sum())
    listed = [
        lang("quality.state", state=word, n=lang.number(n), share=lang.percent(n / whole, 1))
        for code, word in _states(lang).items()
        if (n := int(counts.get(code, 0)))
    ]
    return lang("quality.cells", cells=lang.number(whole), states=lang.join(listed))


def _states(lang: Language) -> dict[str, str]:
    return vocabulary_words("observation_status", lang) | {"absent": lang("quality.absent")}


def _say_sites(project: Project, lang: Language) -> str:
    """Say which territories no series counts, and where values that are not the project's are."""
    sites = project.tables["deployments"]
    excluded = _names(sites.territory[sites.role == "excluded"])
    said = []
    if excluded:
        said.append(lang.plural("quality.excluded", len(excluded), names=lang.join(excluded)))
    if project.tables["observations"].empty:
        said.append(lang("quality.pulled"))
    return " ".join(said)


def _silent(project: Project, found: SeriesQuality) -> pd.Series:
    """Return the project's territories, of the levels of a series, of which it has no row."""
    sites = project.tables["deployments"]
    ids = sites.territory[sites.role != "excluded"]
    levels = found.panel.territory.str.partition("-")[0].unique()
    return ids[ids.str.partition("-")[0].isin(levels) & ~ids.isin(found.panel.territory)]


def _names(ids: pd.Series) -> list[str]:
    return sorted(territory_names(list(ids)).values(), key=fold) if len(ids) else []


def _one_series(label: str, found: SeriesQuality, silent: pd.Series, lang: Language) -> list[Block]:
    panel, attrs = found.panel, found.panel.attrs
    note = " · ".join(attrs["attribution"][lang.code])
    names = territory_names(list(dict.fromkeys(panel.territory)))
    cells = panel[["territory", "period", "status"]].assign(territory=panel.territory.map(names))
    facts = {"lang": lang, "simulated": attrs["simulated"], "note": note}
    said = [_say_breaks(found, attrs["unit"], lang)]
    if len(silent):
        said.insert(0, lang("quality.silent", names=lang.join(_names(silent))))
    if found.outliers.empty:
        said.append(lang("quality.no_outlier", level=lang.percent(OUTLYING, 0)))
    blocks = [
        plot_coverage(cells, measure=label, **facts),
        _tabulate_statuses(label, found, lang),
        Paragraph(" ".join(said)),
    ]
    outliers = [] if found.outliers.empty else [_tabulate_outliers(label, found, names, lang)]
    return [*blocks, *outliers]


def _tabulate_statuses(label: str, found: SeriesQuality, lang: Language) -> Table:
    whole = int(found.statuses.sum())
    rows = tuple(
        (
            word.capitalize(),
            lang.number(n := int(found.statuses.get(code, 0))),
            lang.percent(n / whole, 1),
        )
        for code, word in _states(lang).items()
    )
    return Table(
        caption=lang("quality.statuses.caption", label=label),
        header=tuple(lang(f"quality.column.{name}") for name in ("status", "cells", "share")),
        rows=rows,
        simulated=found.panel.attrs["simulated"],
        lang=lang,
    )


def _tabulate_outliers(
    label: str, found: SeriesQuality, names: Mapping[str, str], lang: Language
) -> Table:
    digits, unit = spread_digits(found.outliers.value), found.panel.attrs["unit"]
    rows = tuple(
        (
            names[row.territory],
            write_period(row.period, lang),
            write_level(row.value, lang, digits, unit),
            write_level(row.expected, lang, digits, unit),
            lang.number(row.distance, 1),
        )
        for row in found.outliers.head(_MOST_LISTED).itertuples()
    )
    columns = ("territory", "period", "value", "expected", "distance")
    notes = [lang("quality.outliers.note")]
    notes += [lang("quality.outliers.relative")] if found.relative else []
    if len(found.outliers) > _MOST_LISTED:
        notes.append(lang("quality.outliers.cut", most=lang.number(_MOST_LISTED)))
    return Table(
        caption=lang.plural("quality.outliers.caption", len(found.outliers), label=label),
        header=tuple(lang(f"quality.column.{name}") for name in columns),
        rows=rows,
        note=" ".join(notes),
        text_columns=frozenset({0, 1}),
        simulated=found.panel.attrs["simulated"],
        lang=lang,
    )


def _say_breaks(found: SeriesQuality, unit: str, lang: Language) -> str:
    if found.breaks is None:
        return lang("quality.breaks.unknown")
    if found.breaks.empty:
        return lang("quality.breaks.none")
    digits = spread_digits(found.breaks.change)
    listed = [
        lang(
            "quality.breaks.one",
            period=write_period(row.period, lang),
            change=write_number(row.change, lang, digits, unit, sign=True),
        )
        for row in found.breaks.itertuples()
    ]
    return lang("quality.breaks.some", list=lang.join(listed))
