"""Tables of results: estimates, checks, and any cells with their statuses."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from toolkit.display.blocks import Table
from toolkit.display.signs import NOT_AVAILABLE, with_signs, write_cell
from toolkit.display.writing import headed, supported_digits, write_period
from toolkit.estimate import CheckOutcome, Estimate
from toolkit.i18n import NBSP, Language
from toolkit.records.territories import load_territory

# A sign before the word of each status.
_STATUS_SHAPES = {"passed": "✓", "failed": "▲", "informative": "◆", "not_applicable": "–"}


def tabulate_estimates(
    estimates: Mapping[str, Estimate],
    *,
    strong: Sequence[str] = (),
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Table:
    """Lay out effects with their interval, p and numbers of territories, a row an estimate.

    Parameters
    ----------
    estimates : mapping
        By the name each row bears, in the reader's language. Where all have the same unit it
        stands in the header, else after each name; so does their level, else in its own column.
    strong : sequence of str
        Names of the rows in bold.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    every = list(estimates.values())
    units = {estimate.unit for estimate in every}
    shared = units.pop() if len(units) == 1 else ""
    several = len({estimate.level for estimate in every}) > 1
    ends = [lang("results.low"), lang("results.high")]
    if every and not several:
        level = lang.percent(every[0].level, 0)
        ends = [lang(f"column.{end}", level=level) for end in ("low", "high")]
    rows = []
    for name, e in estimates.items():
        digits = supported_digits([e.low], [e.high])
        cells = [write_cell(value, lang, digits, sign=True) for value in (e.value, e.low, e.high)]
        title = name if shared else headed(name, e.unit, lang, difference=True)
        cells += [lang.percent(e.level, 0)] if several else []
        counts = [lang.number(e.n_treated), lang.number(e.n_comparison)]
        p = NOT_AVAILABLE if math.isnan(e.p) else lang.p_value(e.p).removeprefix(f"={NBSP}")
        rows.append((title, *cells, p, *counts))
    return Table(
        caption=lang("results.estimates.caption"),
        header=(
            lang("results.estimate"),
            headed(lang("column.value"), shared, lang, difference=True),
            *ends,
            *((lang("column.level"),) if several else ()),
            lang("column.p"),
            lang("results.treated"),
            lang("results.comparison"),
        ),
        rows=tuple(rows),
        note=with_signs(rows, note, lang),
        strong=frozenset(i for i, name in enumerate(estimates) if name in set(strong)),
        simulated=simulated,
        lang=lang,
    )


def tabulate_checks(
    outcomes: Sequence[CheckOutcome],
    *,
    digits: int = 2,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Table:
    """Lay out what was tried to refute an estimate: the check, how it ended, the sentence.

    A failed check is in bold; a status is a sign and a word.

    Examples
    --------
    See ``docs/examples/effect.md``.
    """
    rows = tuple(
        (
            lang(f"check.{outcome.check}.name"),
            f"{_STATUS_SHAPES[outcome.status]}{NBSP}{lang(f'check.status.{outcome.status}')}",
            _with_names(outcome).sentence(lang, digits=digits),
        )
        for outcome in outcomes
    )
    failed = [i for i, outcome in enumerate(outcomes) if outcome.status == "failed"]
    return Table(
        caption=lang("results.checks.caption"),
        header=tuple(lang(f"results.checks.{name}") for name in ("check", "status", "sentence")),
        rows=rows,
        note=note,
        strong=frozenset(failed),
        text_columns=frozenset({0, 1, 2}),
        simulated=simulated,
        lang=lang,
    )


def _with_names(outcome: CheckOutcome) -> CheckOutcome:
    """Name the territory that was left out, where a check knows its id only."""
    left_out = outcome.values.get("left_out", "")
    known = re.match(r"(COM|EPCI|DEP|REG)-\w+", left_out)
    if not known:
        return outcome
    # Of a cluster, its région, with what tells it from others of the same.
    name = load_territory(known[0]).name + left_out[known.end() :]
    return replace(outcome, values={**outcome.values, "left_out": name})


def tabulate_cells(
    frame: pd.DataFrame,
    *,
    measure: str,
    unit: str = "",
    digits: int = 1,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Table:
    """Lay out a panel, territories by periods, each cell with the sign of its status.

    Parameters
    ----------
    frame : DataFrame
        One row a territory and period: territory (its name), period, value, status (code of the
        vocabulary "observation_status"). A pair without a row is "nd".

    Examples
    --------
    See ``docs/gallery.py``.
    """
    values = frame.pivot(index="territory", columns="period", values="value").sort_index(axis=1)
    statuses = frame.pivot(index="territory", columns="period", values="status")
    statuses = statuses.reindex_like(values).fillna("nd")
    rows = tuple(
        (
            str(territory),
            *(
                write_cell(
                    values.loc[territory, p], lang, digits, status=statuses.loc[territory, p]
                )
                for p in values.columns
            ),
        )
        for territory in values.index
    )
    return Table(
        caption=headed(measure, unit, lang),
        header=(lang("table.territory"), *(write_period(p, lang) for p in values.columns)),
        rows=rows,
        note=with_signs(rows, note, lang),
        simulated=simulated,
        lang=lang,
    )
