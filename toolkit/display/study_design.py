"""A study before its answer: what it could find, whom to compare with, the protocol to fill."""

import pandas as pd

from toolkit.display.balance import plot_balance
from toolkit.display.blocks import Block, Callout, Heading, Masthead, Paragraph, Table
from toolkit.display.design_map import plot_design_map
from toolkit.display.power import plot_power
from toolkit.display.robustness import balance_named
from toolkit.display.writing import write_number
from toolkit.i18n import Language
from toolkit.records.contours import load_contours
from toolkit.records.portfolio import Project
from toolkit.records.territories import load_territories, load_territory
from toolkit.study.draft import Plan
from toolkit.study.power import power_sentences

_SETTLED = ("project", "indicator", "design", "sizes", "exclude_neighbours", "scale", "inference")


def introduce_plan(plan: Plan, project: Project, *, lang: Language) -> list[Block]:
    """Return the top of the page: what could be found, and that no answer was looked at.

    Examples
    --------
    See ``notebooks/study_design.ipynb``.
    """
    protocol, sample = plan.draft.protocol, plan.everyone
    title = lang("design.title", label=_label(plan, project, lang))
    said = power_sentences(protocol, plan.power, lang, draft=True)
    return [
        Masthead(
            subject=getattr(project.facts.title, lang.code),
            status="descriptive",
            # Simulated data bear no date: the last day of the project's records stands for it.
            as_of=sample.updated_on or project.updated_on,
            lang=lang,
            simulated=sample.simulated,
            project=protocol.project,
            territories=sample.treated,
        ),
        Heading(title, level=1),
        Paragraph(said[0], lead=True),
        *(Paragraph(text) for text in said[1:]),
        Callout("note", lang("design.unseen"), lang),
    ]


def show_power(plan: Plan, project: Project, *, lang: Language, note: str) -> list[Block]:
    """Draw the power curve, and the smallest effect with everyone and with the nearest.

    Examples
    --------
    See ``notebooks/study_design.ipynb``.
    """
    if plan.power is None:
        return []
    common = {"lang": lang, "simulated": plan.everyone.simulated, "note": note}
    powers = {"all": plan.power, "nearest": plan.power_nearest}
    samples = {"all": plan.everyone, "nearest": plan.nearest}
    rows = tuple(
        (
            lang(f"study.matching.{name}"),
            lang.number(len(samples[name].comparison)),
            lang("figure.unknown")
            if power is None
            else write_number(power.mde, lang, 2, power.unit),
        )
        for name, power in powers.items()
    )
    names = ("comparison", "territories", "least")
    table = Table(
        caption=lang("design.power.caption", power=lang.percent(plan.power.power, 0)),
        header=tuple(lang(f"design.power.{name}") for name in names),
        rows=rows,
        text_columns=frozenset({0}),
        **common,
    )
    figure = plot_power(plan.power, measure=_label(plan, project, lang), **common)
    doubt = Callout("caution", lang("design.power.optimistic"), lang)
    return [Heading(lang("design.power.title")), figure, table, doubt]


def show_comparison(plan: Plan, *, lang: Language, note: str) -> list[Block]:
    """Show who would be compared: where, how like the treated, and the nearest of each.

    Examples
    --------
    See ``notebooks/study_design.ipynb``.
    """
    common = {"lang": lang, "simulated": plan.everyone.simulated, "note": note}
    per_treated = int(plan.matched.chosen["rank"].max())
    n = lang.number(plan.matched.n_candidates)
    chosen = plan.matched.chosen
    rows = tuple(
        (
            load_territory(treated).name,
            lang.join([load_territory(name).name for name in found.territory]),
        )
        for treated, found in chosen.groupby("treated")
    )
    table = Table(
        caption=lang("design.nearest.caption"),
        header=(lang("study.treated"), lang("study.matching.nearest")),
        rows=rows,
        text_columns=frozenset({0, 1}),
        **common,
    )
    return [
        Heading(lang("design.comparison.title")),
        *_map(plan, common),
        Paragraph(lang.plural("study.matching.explain", per_treated, candidates=n)),
        plot_balance(balance_named(plan.matched.balance, lang), **common),
        table,
    ]


def show_draft(plan: Plan, *, saved: str = "", lang: Language) -> list[Block]:
    """List what the protocol settles and what people have to write; say where it was saved.

    Examples
    --------
    See ``notebooks/study_design.ipynb``.
    """
    protocol = plan.draft.protocol
    settled = {key: _written(getattr(protocol, key)) for key in _SETTLED}
    settled |= {f"periods.{key}": getattr(protocol.periods, key) for key in ("first", "last")}
    settled["comparison.rule"] = protocol.comparison.rule
    asked = ("title", "question", "change_our_mind", "thresholds.meaningful", "roles")
    rows = [*settled.items(), *((key, lang("design.to_write")) for key in asked)]
    table = Table(
        caption=lang("design.draft.caption"),
        header=(lang("study.amended.key"), lang("study.said")),
        rows=tuple(rows),
        text_columns=frozenset({0, 1}),
        lang=lang,
    )
    told = lang("design.saved", file=saved) if saved else lang("design.not_saved")
    return [Heading(lang("design.draft.title")), Paragraph(told), table]


def _written(value: str | bool) -> str:
    """Write a value as the protocol's file does."""
    return str(value).lower() if isinstance(value, bool) else value


def _label(plan: Plan, project: Project, lang: Language) -> str:
    table: pd.DataFrame = project.tables["indicators"].set_index("indicator")
    return table.loc[plan.draft.protocol.indicator, f"label_{lang.code}"]


def _map(plan: Plan, common: dict) -> list[Block]:
    """Draw the treated and the nearest, where contours are embedded."""
    sample = plan.nearest
    if not all(name.startswith("DEP-") for name in (*sample.treated, *sample.comparison)):
        return []
    roles = dict.fromkeys(sample.comparison, "comparison")
    roles |= dict.fromkeys(sample.treated, "treated")
    by_code = {name.removeprefix("DEP-"): role for name, role in roles.items()}
    places = load_territories("DEP").set_index("code").name.to_dict()
    return [plot_design_map(by_code, places, load_contours("DEP"), **common)]
