"""What a study planned beside its estimate: who is compared, other choices, outcomes, parts."""

import pandas as pd

from toolkit.display.balance import plot_balance
from toolkit.display.blocks import Block, Heading, Paragraph, Table
from toolkit.display.results import tabulate_estimates
from toolkit.display.specifications import plot_specification_curve
from toolkit.display.writing import headed, unit_name, write_number, write_period
from toolkit.i18n import NBSP, Language
from toolkit.records.portfolio import Project
from toolkit.records.territories import load_territory
from toolkit.study.analyse import Study


def show_robustness(study: Study, project: Project, *, lang: Language, note: str) -> list[Block]:
    """Return what a protocol declares beside its estimate; nothing where it declares nothing.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    found = study.robustness
    shown: list[Block] = []
    if study.sample.matched is not None:
        shown += _matching(study, lang, note)
    if found.curve is not None:
        shown += _specifications(study, project, lang, note)
    if found.outcomes is not None:
        shown += _outcomes(study, project, lang, note)
    if found.parts:
        shown += _parts(study, lang, note)
    return [Heading(lang("study.robustness.title")), *shown] if shown else []


def balance_named(balance: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Write a `Comparison`'s balance as `plot_balance` reads it."""
    words = {name: lang(f"balance.feature.{name}") for name in ("level", "trend")}
    return pd.DataFrame(
        {
            "covariate": balance.feature.replace(words),
            "before": balance.difference_before,
            "after": balance.difference_after,
        }
    )


def _matching(study: Study, lang: Language, note: str) -> list[Block]:
    matched, common = study.sample.matched, _common(study, lang, note)
    estimates = {
        lang("study.matching.nearest"): study.estimate,
        lang("study.matching.all"): study.robustness.unmatched,
    }
    n = study.file.protocol.comparison.per_treated
    text = lang.plural("study.matching.explain", n, candidates=lang.number(matched.n_candidates))
    return [
        Paragraph(text),
        plot_balance(balance_named(matched.balance, lang), **common),
        tabulate_estimates(estimates, **common),
    ]


def _specifications(study: Study, project: Project, lang: Language, note: str) -> list[Block]:
    found = study.robustness
    options = {
        "first": lambda period: write_period(period, lang),
        "last": lambda period: write_period(period, lang),
        "transition": lambda n: (
            lang.plural("study.choice.periods", n) if n else lang("study.choice.no_period")
        ),
        "without": lambda id_: load_territory(id_).name if id_ else lang("study.choice.nobody"),
    }
    choices = pd.DataFrame(
        {
            lang(f"study.choice.{name}"): found.choices[name].map(options.get(name, str))
            for name in found.choices
        }
    )
    names = [" · ".join(row) for row in choices.itertuples(index=False)]
    indicator = study.file.protocol.indicator
    figure = plot_specification_curve(
        found.curve.frame.assign(name=names),
        choices,
        main=0,
        measure=_label(project, indicator, lang),
        unit=study.sample.unit,
        level=study.estimate.level,
        **_common(study, lang, note),
    )
    told = lang(
        "study.specifications.same",
        unit=unit_name(study.sample.unit, lang, difference=True),
        n=lang.number(len(names)),
    )
    return [Paragraph(f"{found.curve.sentence(lang)} {told}"), figure]


def _outcomes(study: Study, project: Project, lang: Language, note: str) -> list[Block]:
    found = study.robustness
    rows = tuple(
        (
            headed(_label(project, row.indicator, lang), row.unit, lang, difference=True),
            write_number(row.value, lang, 2, row.unit, sign=True),
            *(lang.p_value(p).removeprefix(f"={NBSP}") for p in (row.p, row.p_adjusted)),
        )
        for row in found.outcomes.itertuples()
    )
    text = lang.plural(
        "study.outcomes.explain", len(rows), territories=lang.number(found.n_outcomes)
    )
    table = Table(
        caption=lang("study.outcomes.caption"),
        header=(
            lang("study.indicator"), lang("column.value"), lang("column.p"),
            lang("study.outcomes.adjusted"),
        ),
        rows=rows,
        note=note,
        simulated=study.sample.simulated,
        lang=lang,
    )  # fmt: skip
    return [Paragraph(text), table]


def _parts(study: Study, lang: Language, note: str) -> list[Block]:
    blocks: list[Block] = []
    for part in study.robustness.parts:
        name = getattr(part.name, lang.code)
        estimates = {
            name: part.inside,
            lang("study.part.others"): part.others,
            lang("study.part.apart"): part.apart,
        }
        known = {key: estimate for key, estimate in estimates.items() if estimate is not None}
        blocks.append(tabulate_estimates(known, **_common(study, lang, note)))
    return [*blocks, Paragraph(lang("study.part.explain"))]


def _label(project: Project, indicator: str, lang: Language) -> str:
    table = project.tables["indicators"].set_index("indicator")
    return table.loc[indicator, f"label_{lang.code}"]


def _common(study: Study, lang: Language, note: str) -> dict:
    return {"lang": lang, "simulated": study.sample.simulated, "note": note}
