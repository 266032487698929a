"""A study on a page: its answer first, then what it rests on and what stands against it."""

from math import isinf, isnan

import numpy as np
import pandas as pd

from toolkit.display.blocks import Block, Callout, Figure, Heading, Masthead, Paragraph, Table
from toolkit.display.event_study import plot_event_study
from toolkit.display.projects import territory_names, vocabulary_words
from toolkit.display.results import tabulate_checks
from toolkit.display.synthetic import plot_synthetic_gaps, plot_synthetic_paths
from toolkit.display.trends import plot_trends
from toolkit.display.writing import unit_name, write_period
from toolkit.estimate import as_share, write_value
from toolkit.i18n import Language
from toolkit.records.portfolio import Project
from toolkit.study.analyse import Study
from toolkit.study.evidence import fragility
from toolkit.study.power import may_exaggerate, power_sentences
from toolkit.study.truth import true_effect


def introduce_study(study: Study, project: Project, *, lang: Language) -> list[Block]:
    """Return the top of a study's page: what it is, its answer, and the doubts with it.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    protocol = study.file.protocol
    grade = lang("study.grade", level=study.grade.level)
    blocks = [
        Masthead(
            subject=in_language(project.facts.title, lang),
            status="exploratory" if study.status == "exploratory" else "locked",
            # Simulated data bear no date: the last day of the project's records stands for it.
            as_of=study.sample.updated_on or project.updated_on,
            lang=lang,
            simulated=study.sample.simulated,
            grade=grade,
            project=protocol.project,
            territories=study.sample.treated,
            verdict=study.conclusion.verdict,
        ),
        Heading(in_language(protocol.title, lang), level=1),
        Paragraph(study.conclusion.sentence(lang), lead=True),
        Paragraph(study.estimate.sentence(lang, concluded=True)),
    ]
    if _is_undecided(study):
        # What was not found may be what could not be.
        blocks += [Paragraph(text) for text in power_sentences(protocol, study.power, lang)]
    elif may_exaggerate(study.estimate, study.power):
        blocks.append(Callout("caution", _exaggeration(study, lang), lang))
    breakdown = fragility(study.checks)
    if breakdown is not None and study.conclusion.verdict in ("beneficial", "harmful"):
        times = lang.number(breakdown, 2)
        check = lang("check.honest_trends.name")
        blocks.append(Callout("caution", lang("study.fragile", times=times, check=check), lang))
    blocks += [Callout("caution", in_language(limit, lang), lang) for limit in protocol.limits]
    if study.lock is None:
        blocks.append(Callout("caution", lang("study.exploratory"), lang))
    elif study.lock.outcomes_known:
        blocks.append(Callout("caution", lang("study.outcomes_known"), lang))
    blocks += [Callout("caution", d.sentence(lang), lang) for d in study.deviations]
    if protocol.amendments:
        text = lang.plural("study.amended_times", len(protocol.amendments))
        blocks.append(Callout("caution", text, lang))
    return blocks


def tabulate_protocol(study: Study, project: Project, *, lang: Language) -> Table:
    """Lay out what was asked and how it was to be answered.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    protocol = study.file.protocol
    indicator = _indicator(study, project)
    roles = vocabulary_words("role", lang)
    meaningful = lang.quantity(protocol.thresholds.meaningful, study.sample.unit, 2)
    rows = {
        "indicator": indicator[f"definition_{lang.code}"],
        "design": lang(f"design.{protocol.design}"),
        "treated": lang.join(list(territory_names(study.sample.treated).values())),
        "comparison": _compared(study, lang),
        "periods": lang("study.window", **_window(study, lang)),
        "meaningful": meaningful,
        "change_our_mind": in_language(protocol.change_our_mind, lang),
        "checks": lang.join([lang(f"check.{check}.name") for check in protocol.checks]),
        "roles": lang.join([f"{roles[r.role]} ({r.mode})" for r in protocol.roles]),
        "interests": " ".join(in_language(r.interests, lang) for r in protocol.roles),
        "lock": lang("study.unlocked")
        if study.lock is None
        else lang("study.locked_on", date=lang.date(study.lock.locked_on)),
    }
    return Table(
        caption=lang("study.protocol"),
        header=(lang("study.item"), lang("study.said")),
        rows=tuple((lang(f"study.{key}"), text) for key, text in rows.items()),
        text_columns=frozenset({0, 1}),
    )


def plot_study(study: Study, project: Project, *, lang: Language, note: str) -> list[Figure]:
    """Draw what a study rests on: the outcomes over time, and the gap around adoption.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    common = {"lang": lang, "simulated": study.sample.simulated, "note": note}
    measured = common | {
        "measure": _measure(study, project, lang),
        "unit": study.sample.unit,
    }
    figures: list[Figure] = []
    adoptions = study.sample.panel.adoption.dropna()
    if study.control is not None:
        return _control_figures(study, measured, lang)
    if (adoptions == adoptions.iloc[0]).all():
        # Its subtitle says the periods by itself.
        alone = measured | {"measure": _indicator(study, project)[f"label_{lang.code}"]}
        figures.append(plot_trends(_means(study), adoption=adoptions.iloc[0], **alone))
    if study.events is not None:
        # Years since adoption, where the panel has months or quarters: the figure says which.
        own = {"level": study.estimate.level, "length": study.events.length}
        tested = (c for c in study.checks if c.check == "pretrends" and "p" in c.values)
        own["pretrends"] = next(tested, None)
        measured["measure"] += lang.plural("study.event_length", own["length"])
        figures.append(plot_event_study(study.events.frame, **own, **measured))
    return figures


def explain_study(study: Study, *, lang: Language) -> list[Block]:
    """Say how the inference works, what could have been found, and each step of the grade.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    estimate, protocol = study.estimate, study.file.protocol
    told = [lang(f"study.estimand.{protocol.design}")]
    if protocol.scale == "log":
        told.append(lang("study.log"))
    if not isnan(estimate.low):
        threshold = lang.percent(1 - estimate.level, 0)
        level = lang.percent(estimate.level, 0)
        told.append(lang("study.interval", level=level, threshold=threshold))
    told += estimate.explanation(lang)
    blocks: list[Block] = [Paragraph(text) for text in told]
    if not _is_undecided(study):
        texts = power_sentences(protocol, study.power, lang)
        blocks += [Paragraph(text) for text in texts]
    blocks.append(Heading(lang("study.grade_title")))
    blocks += [Paragraph(text) for text in study.grade.sentences(lang)]
    return blocks


def show_checks(study: Study, *, lang: Language, note: str) -> list[Block]:
    """Lay out what was tried to refute the estimate, and what its numbers mean.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    said = [
        lang(
            "study.checks.note",
            unit=unit_name(study.sample.unit, lang, difference=True),
            level=lang.percent(study.estimate.level, 0),
        )
    ]
    if study.events is not None and study.events.length > 1:
        said.append(lang("study.checks.blocks", n=lang.number(study.events.length)))
    if study.file.protocol.clusters != "none":
        said.append(lang("study.checks.clusters"))
    table = tabulate_checks(
        study.checks,
        lang=lang,
        simulated=study.sample.simulated,
        note=" ".join([*said, note]),
    )
    return [Heading(lang("study.checks_title")), table]


def compare_with_truth(study: Study, *, lang: Language) -> list[Block]:
    """Say how the estimate compares with the effect put into simulated data.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    truth, estimate = true_effect(study) if study.sample.simulated else None, study.estimate
    if truth is None:
        return []
    inside = estimate.low <= truth <= estimate.high
    number = write_value(truth, study.sample.unit, lang)
    text = lang("study.truth.inside" if inside else "study.truth.outside", truth=number)
    return [Heading(lang("study.truth.title")), Callout("simulated", text, lang)]


def _exaggeration(study: Study, lang: Language) -> str:
    power = study.power
    said = {"power": lang.percent(power.power, 0)}
    if isinf(power.mde):
        return lang("study.exaggerates.any", **said)
    mde = lang.quantity(*as_share(power.mde, study.estimate.unit), 2)
    return lang("study.exaggerates", mde=mde, **said)


def _is_undecided(study: Study) -> bool:
    """Tell whether the interval leaves the answer open: then what could be seen matters."""
    return (study.conclusion.verdict, study.conclusion.reason) == ("inconclusive", "interval")


def in_language(text, lang: Language) -> str:
    """Return a bilingual text, as a project typed it, in one language.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    return lang.spaced(getattr(text, lang.code))


def _compared(study: Study, lang: Language) -> str:
    """Count the comparison, and the territories that serve in it until their own adoption."""
    never = lang.plural("estimate.comparison", len(study.sample.comparison))
    later = study.estimate.n_later
    return lang.plural("study.compared_later", later, never=never) if later else never


def _indicator(study: Study, project: Project) -> pd.Series:
    table = project.tables["indicators"].set_index("indicator")
    return table.loc[study.file.protocol.indicator]


def _measure(study: Study, project: Project, lang: Language) -> str:
    label = _indicator(study, project)[f"label_{lang.code}"]
    return lang("study.measure", label=label, **_window(study, lang))


def _window(study: Study, lang: Language) -> dict[str, str]:
    periods = study.file.protocol.periods
    return {end: write_period(getattr(periods, end), lang) for end in ("first", "last")}


def _means(study: Study) -> pd.DataFrame:
    panel = study.sample.panel
    group = np.where(panel.adoption.notna(), "treated", "comparison")
    means = panel.assign(group=group).groupby(["group", "period"], as_index=False)
    return means.agg(value=("value", "mean"))


def _control_figures(study: Study, measured: dict, lang: Language) -> list[Figure]:
    control, figures = study.control, []
    # A twin that fits perfectly has no ratio to be ranked by.
    scaled = not control.fits.perfect.any()
    names = territory_names(study.sample.treated)
    for territory, paths in control.paths.groupby("territory"):
        adoption = paths.adoption.iloc[0]
        others = control.placebos[control.placebos.adoption == adoption]
        wide = others.pivot(index="period", columns="territory", values="gap")
        own = {"name": names[territory], "adoption": adoption, **measured}
        figures.append(plot_synthetic_paths(paths, **own))
        gap = paths.set_index("period").gap
        figures.append(plot_synthetic_gaps(gap, wide, scaled=scaled, **own))
    return figures
