"""A project on the five criteria: what raters agree on, on what they part, and how that changed."""

import pandas as pd

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.display.projects import (
    figure_facts,
    introduce_project,
    tabulate_claims,
    vocabulary_words,
)
from toolkit.display.ratings import plot_ratings
from toolkit.display.signs import with_signs, write_cell
from toolkit.display.unwritten import not_written
from toolkit.i18n import Language
from toolkit.records.portfolio import Project
from toolkit.study.criteria import OTHERS, SIDES, Criteria
from toolkit.study.qualities import Measure


def introduce_criteria(
    project: Project, criteria: Criteria | None, measures: list[Measure], *, lang: Language
) -> list[Block]:
    """Return the top of the page: highest and lowest criterion, what moved, who parts with whom.

    Examples
    --------
    See ``notebooks/project_characterisation.ipynb``.
    """
    known = sum(measure.value is not None for measure in measures)
    counts = {"n": lang.number(known), "of": lang.number(len(measures))}
    computed = lang("criteria.computed", **counts)
    if criteria is None:
        answer = [lang("criteria.none"), computed]
    else:
        first = f"{_extremes(criteria, lang)} {_moves(criteria, lang)}"
        answer = [first, f"{_furthest(criteria, lang)} {computed}"]
    blocks = introduce_project(project, question="criteria.question", answer=answer, lang=lang)
    if criteria is not None:
        blocks.append(Callout("caution", lang("criteria.caution"), lang))
    return blocks


def explain_criteria(project: Project, criteria: Criteria | None, *, lang: Language) -> list[Block]:
    """Show the scores on admission and on exit, the disagreement, and the evidence.

    Examples
    --------
    See ``notebooks/project_characterisation.ipynb``.
    """
    blocks: list[Block] = [Heading(lang("criteria.title"))]
    claims = tabulate_claims(project, "criterion", lang=lang)
    evidence: list[Block] = [claims] if claims else []
    if criteria is None:
        return [*blocks, not_written(project, "ratings", lang=lang), *evidence]
    if criteria.n_rounds > 1:
        blocks.append(Paragraph(lang("criteria.rounds", n=lang.number(criteria.n_rounds))))
    if criteria.by_moment.empty:
        blocks.append(_too_few("criteria.withheld", criteria, lang))
    else:
        facts = figure_facts(project, lang)
        blocks.append(plot_ratings(criteria.by_moment, by="moment", **facts))
    return [*blocks, _tabulate_criteria(project, criteria, lang), *evidence]


def compare_sides(project: Project, criteria: Criteria | None, *, lang: Language) -> list[Block]:
    """Set practitioners beside researchers, and say how far all raters agree.

    Examples
    --------
    See ``notebooks/project_characterisation.ipynb``.
    """
    if criteria is None:
        return []
    blocks: list[Block] = [Heading(lang("sides.title"))]
    if (criteria.sides.withheld != "").all():
        blocks.append(_too_few("sides.withheld", criteria, lang))
    else:
        blocks.append(_tabulate_sides(project, criteria, lang))
    if not criteria.by_role.empty:
        blocks.append(plot_ratings(criteria.by_role, by="role", **figure_facts(project, lang)))
        if (criteria.by_role.role == OTHERS).any():
            blocks.append(_too_few("sides.others", criteria, lang))
    blocks.append(Heading(lang("agreement.title")))
    if criteria.agreement.empty:
        return [*blocks, _too_few("agreement.withheld", criteria, lang)]
    return [
        *blocks,
        Paragraph(lang("agreement.explain")),
        _tabulate_agreement(project, criteria, lang),
    ]


def _too_few(key: str, criteria: Criteria, lang: Language) -> Callout:
    return Callout("suppressed", lang(key, n=lang.number(criteria.fewest_raters)), lang)


def _everyone(criteria: Criteria, moment: str) -> pd.DataFrame:
    """Return the distributions of all raters at one moment, one row a criterion."""
    found = criteria.last.distributions
    return found[(found.role == "all") & (found.moment == moment)].set_index("criterion")


def _extremes(criteria: Criteria, lang: Language) -> str:
    medians = _everyone(criteria, criteria.moment)["median"].dropna()
    said = {
        "moment": vocabulary_words("moment", lang)[criteria.moment].capitalize(),
        "raters": lang.plural("agreement.raters", criteria.n_raters),
    }
    if medians.empty:
        return lang("criteria.finding.withheld", **said)
    for name, edge in (("best", medians.max()), ("worst", medians.min())):
        said[name] = lang.join(list(medians.index[medians == edge]))
        said[f"{name}_median"] = _score(edge, lang)
    same = medians.max() == medians.min()
    return lang("criteria.finding.same" if same else "criteria.finding", **said)


def _moves(criteria: Criteria, lang: Language) -> str:
    changes = criteria.last.changes.dropna(subset="up").set_index("criterion")
    if changes.empty:
        return lang("criteria.change.unknown")
    up, down = changes.index[changes.up > changes.down], changes.index[changes.down > changes.up]
    codes = {"up": lang.join(list(up)), "down": lang.join(list(down))}
    if len(changes) in (len(up), len(down)):
        return lang(f"criteria.change.{'up' if len(up) else 'down'}.all")
    kind = {(True, True): "both", (True, False): "up", (False, True): "down"}
    return lang(f"criteria.change.{kind.get((len(up) > 0, len(down) > 0), 'none')}", **codes)


def _furthest(criteria: Criteria, lang: Language) -> str:
    last = criteria.sides[criteria.sides.moment == criteria.moment].set_index("criterion")
    apart = last.difference.dropna().abs()
    if apart.empty:
        return lang("sides.withheld", n=lang.number(criteria.fewest_raters))
    if apart.max() == 0:
        return lang("sides.finding.none")
    row = last.loc[apart.idxmax()]
    medians = {side: _score(row[side], lang) for side in SIDES}
    codes = lang.join(list(apart.index[apart == apart.max()]))
    several = "" if (apart == apart.max()).sum() == 1 else ".several"
    points = _score(apart.max(), lang)
    return lang(f"sides.finding{several}", criteria=codes, points=points, **medians)


def _score(value: float, lang: Language) -> str:
    return lang.number(value, 0 if float(value).is_integer() else 1)


def _tabulate_criteria(project: Project, criteria: Criteria, lang: Language) -> Table:
    """Lay out each criterion: medians side by side, who moved, and how far raters are apart."""
    labels = vocabulary_words("criterion", lang)
    changes = criteria.last.changes.set_index("criterion")
    moments = [_everyone(criteria, moment) for moment in criteria.last.moments]
    last = _everyone(criteria, criteria.moment)
    rows = []
    for code in labels:
        if code not in changes.index:
            continue
        change = changes.loc[code]
        gap, consensus = (last[name].get(code, pd.NA) for name in ("gap", "consensus"))
        rows.append(
            (
                f"{code} – {labels[code]}",
                *(
                    _cell(moment["median"].get(code), moment.withheld.get(code), lang)
                    for moment in moments
                ),
                *(_cell(change[name], change.withheld, lang) for name in ("up", "same", "down")),
                _cell(gap, last.withheld.get(code), lang),
                _cell(consensus, last.withheld.get(code), lang, 2),
            )
        )
    names = ("criterion", *criteria.last.moments, "up", "same", "down", "gap", "consensus")
    return Table(
        caption=lang("criteria.caption"),
        header=tuple(lang(f"criteria.column.{name}") for name in names),
        rows=tuple(rows),
        note=with_signs(rows, lang("criteria.note"), lang),
        simulated=project.facts.simulated,
        lang=lang,
    )


def _cell(
    value, withheld: object, lang: Language, digits: int | None = None, *, sign: bool = False
) -> str:
    """Write a score or a count: no more decimals than it needs."""
    status = "secret" if withheld else "ok"
    if digits is None:
        digits = 0 if pd.isna(value) or float(value).is_integer() else 1
    return write_cell(value, lang, digits, status=status, sign=sign)


def _tabulate_sides(project: Project, criteria: Criteria, lang: Language) -> Table:
    """Lay out the two medians at each moment, a row a criterion, and how far apart they end."""
    labels, moments = (vocabulary_words(name, lang) for name in ("criterion", "moment"))
    cells = criteria.sides.set_index(["criterion", "moment"])
    rated = [name for name in criteria.last.moments if name in set(criteria.sides.moment)]
    rows = []
    for code in [code for code in labels if (code, criteria.moment) in cells.index]:
        found = [cells.loc[(code, name)] for name in rated if (code, name) in cells.index]
        medians = [_cell(row[side], row.withheld, lang) for row in found for side in SIDES]
        apart = _cell(found[-1].difference, found[-1].withheld, lang, sign=True)
        rows.append((f"{code} – {labels[code]}", *medians, apart))
    furthest = cells.xs(criteria.moment, level="moment").difference.abs().reset_index(drop=True)
    heads = [
        lang("sides.column.at", side=lang(f"sides.column.{side}"), moment=moments[name])
        for name in rated
        for side in SIDES
    ]
    return Table(
        caption=lang("sides.caption"),
        header=(lang("sides.column.criterion"), *heads, lang("sides.column.difference")),
        rows=tuple(rows),
        note=lang("sides.note"),
        strong=frozenset(furthest.index[(furthest == furthest.max()) & (furthest > 0)]),
        simulated=project.facts.simulated,
        lang=lang,
    )


def _tabulate_agreement(project: Project, criteria: Criteria, lang: Language) -> Table:
    rows = []
    for row in criteria.agreement.itertuples():
        name = {
            "all": lang("agreement.slice.all"),
            "moment": vocabulary_words("moment", lang).get(row.slice, ""),
            "round": lang("agreement.slice.round", n=row.slice),
        }[row.by]
        observed = "nd" if pd.isna(row.observed) else lang.percent(row.observed, 0)
        counts = (lang.number(row.n_units), lang.number(row.n_raters))
        pairing = lang(f"agreement.pairing.{row.pairing}")
        rows.append((name, pairing, write_cell(row.value, lang, 2), observed, *counts))
    reasons = dict.fromkeys(code for code in criteria.agreement.reason if code)
    notes = [lang(f"agreement.reason.{code}") for code in reasons]
    names = ("slice", "pairing", "value", "observed", "units", "raters")
    return Table(
        caption=lang("agreement.caption"),
        header=tuple(lang(f"agreement.column.{name}") for name in names),
        rows=tuple(rows),
        note=with_signs(rows, " ".join([*notes, lang("agreement.no_interval")]), lang),
        text_columns=frozenset({0, 1}),
        simulated=project.facts.simulated,
        lang=lang,
    )
