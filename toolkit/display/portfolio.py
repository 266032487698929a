"""All projects on one page: what the programme found, in three lines, then study by study.

Real and simulated stand in tables of their own: no number is made from both.
"""

from collections.abc import Iterable

from toolkit.display.blocks import Block, Callout, Heading, Masthead, Paragraph, Table
from toolkit.display.projects import EMPTY
from toolkit.display.signs import NOT_AVAILABLE, with_signs
from toolkit.display.studies import in_language
from toolkit.display.writing import write_effect
from toolkit.i18n import Language
from toolkit.study.evidence import fragility
from toolkit.study.findings import Finding
from toolkit.study.portfolio import Portfolio
from toolkit.study.portfolio_effects import is_contradicted
from toolkit.study.power import may_exaggerate

_VERDICTS = ("beneficial", "harmful", "no_meaningful_effect", "inconclusive")
_STRONG = 3  # of the Maryland scale: a comparison that an attempt to refute it has spared


def introduce_portfolio(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Return the top of the page: what was found, on real and on simulated data; doubts.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    first, *others = [_answer(part, lang) for part in portfolio.parts]
    doubts = [_doubts(part, lang) for part in portfolio.parts]
    mixed = len(portfolio.parts) > 1
    studies = [finding.found for finding in portfolio.findings if finding.found]
    locked = bool(studies) and all(study.status != "exploratory" for study in studies)
    n = len(portfolio.projects) + len(portfolio.refused)
    return [
        Masthead(
            subject=lang.plural("portfolio.subject", n),
            status="locked" if locked else "exploratory" if studies else "descriptive",
            as_of=portfolio.updated_on,
            lang=lang,
            simulated=portfolio.is_simulated,
            partly=mixed,
        ),
        Heading(lang("portfolio.question"), level=1),
        Paragraph(first, lead=True),
        *map(Paragraph, others),
        *map(Paragraph, filter(None, doubts)),
        *([Paragraph(lang("portfolio.answer.apart"))] if mixed else []),
        *_unheard(portfolio, lang),
    ]


def show_findings(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Lay out what each study found, or why it was not run here.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    blocks: list[Block] = [Heading(lang("portfolio.findings.title"))]
    for part in portfolio.parts:
        if part.findings:
            blocks += [_tabulate_findings(part, lang), *_warnings(part, lang)]
    blocks.append(Paragraph(lang("portfolio.findings.read")))
    return blocks


def show_grades(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Say what each finding withstood: its grade, what lowered it, and the checks that failed.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    blocks: list[Block] = [
        Heading(lang("portfolio.grades.title")),
        Paragraph(lang("portfolio.grades.explain")),
    ]
    names = ("study", "grade", "lowered", "failed", "unmade")
    for part in portfolio.parts:
        found = [finding for finding in part.findings if finding.found]
        if found:
            blocks.append(
                Table(
                    caption=lang("portfolio.grades.caption", part=part_name(part, lang)),
                    header=tuple(lang(f"portfolio.column.{name}") for name in names),
                    rows=tuple(_graded(finding, part, lang) for finding in found),
                    text_columns=frozenset(range(len(names))),
                    simulated=part.is_simulated,
                    lang=lang,
                )
            )
    return blocks


def project_name(project: str, portfolio: Portfolio, lang: Language) -> str:
    """Return the title of a project, or its id where it cannot be read."""
    known = portfolio.projects.get(project)
    return project if known is None else in_language(known.facts.title, lang)


def part_name(part: Portfolio, lang: Language) -> str:
    """Say what the numbers of a part rest on."""
    return lang("portfolio.part.simulated" if part.is_simulated else "portfolio.part.real")


def listed(names, lang: Language) -> str:
    """Write names as a sentence does, or a dash where there is none."""
    return lang.join(list(names)) or EMPTY


def _answer(part: Portfolio, lang: Language) -> str:
    """Count the verdicts of a part, and say what they can bear."""
    kind = "simulated" if part.is_simulated else "real"
    studies = [finding.found for finding in part.findings if finding.found]
    if not studies:
        return lang(f"portfolio.answer.{kind}.none")
    verdicts = [study.conclusion.verdict for study in studies]
    counted = [
        lang.plural(f"portfolio.verdict.{verdict}", verdicts.count(verdict))
        for verdict in _VERDICTS
        if verdict in verdicts
    ]
    said = [lang.plural(f"portfolio.answer.{kind}", len(studies), verdicts=lang.join(counted))]
    if set(verdicts) == {"inconclusive"}:
        said.append(lang("portfolio.answer.nothing"))
    return " ".join(said)


def _doubts(part: Portfolio, lang: Language) -> str:
    """Say what to doubt in the findings of a part; nothing where there is none."""
    studies = [finding.found for finding in part.findings if finding.found]
    if not studies:
        return ""
    locked = sum(study.status == "locked" for study in studies)
    strong = sum(study.grade.level >= _STRONG for study in studies)
    failing = sum(any(c.status == "failed" for c in study.checks) for study in studies)
    counts = {"locked": locked, "strong": strong, "failing": failing}
    counts |= {"n": len(studies), "level": _STRONG}
    written = {name: lang.number(n) for name, n in counts.items()}
    kind = "simulated" if part.is_simulated else "real"
    return lang(f"portfolio.doubts.{kind}", **written)


def _unheard(portfolio: Portfolio, lang: Language) -> list[Block]:
    """Name every study and project that gives no finding here, with what to do."""
    blocks: list[Block] = []
    for finding in portfolio.findings:
        if finding.refusal is not None:
            details = {"study": finding.study, "command": finding.refusal.command}
            key = f"portfolio.refusal.{finding.refusal.reason}"
            message = finding.refusal.message.replace("\n", " ")
            blocks.append(Callout("caution", lang(key, **details, message=message), lang))
    for project, message in portfolio.refused.items():
        text = lang("portfolio.refused", project=project, message=message.replace("\n", " "))
        blocks.append(Callout("caution", text, lang))
    if portfolio.without_study:
        names = [project_name(name, portfolio, lang) for name in portfolio.without_study]
        text = lang.plural("portfolio.without_study", len(names), projects=lang.join(names))
        blocks.append(Callout("note", text, lang))
    return blocks


def _warnings(part: Portfolio, lang: Language) -> list[Block]:
    """Name the studies whose interval alone would mislead: their size, or what they compare."""
    found = [finding for finding in part.findings if finding.found]
    named = {
        "exaggerates": [f for f in found if _stands_out(f) and _is_unreliable(f)],
        "contradicted": [f for f in found if _excludes_zero(f) and is_contradicted(f)],
        "fragile": [f for f in found if _stands_out(f) and fragility(f.found.checks) is not None],
    }
    limits = [
        Callout("caution", lang("portfolio.limits", project=name, limits=" ".join(said)), lang)
        for name, said in _limits(found, part, lang).items()
    ]
    return limits + [
        Callout(
            "caution",
            lang(
                f"portfolio.{key}",
                projects=lang.join([project_name(f.project, part, lang) for f in findings]),
            ),
            lang,
        )
        for key, findings in named.items()
        if findings
    ]


def _limits(found: Iterable[Finding], part: Portfolio, lang: Language) -> dict[str, list[str]]:
    """Return what the protocols themselves call limits, by the name of the project."""
    return {
        project_name(finding.project, part, lang): [
            in_language(limit, lang) for limit in finding.protocol.limits
        ]
        for finding in found
        if finding.protocol.limits
    }


def _stands_out(finding: Finding) -> bool:
    return finding.found.conclusion.verdict in ("beneficial", "harmful")


def _is_unreliable(finding: Finding) -> bool:
    return may_exaggerate(finding.found.estimate, finding.found.power)


def _excludes_zero(finding: Finding) -> bool:
    return finding.found.estimate.low > 0 or finding.found.estimate.high < 0


def _tabulate_findings(part: Portfolio, lang: Language) -> Table:
    names = ("project", "outcome", "effect", "verdict", "grade", "status", "treated")
    rows = tuple(_found(finding, part, lang) for finding in part.findings)
    return Table(
        caption=lang("portfolio.findings.caption", part=part_name(part, lang)),
        header=tuple(lang(f"portfolio.column.{name}") for name in names),
        rows=rows,
        note=with_signs(rows, "", lang),
        text_columns=frozenset(range(6)),
        simulated=part.is_simulated,
        lang=lang,
    )


def _found(finding: Finding, part: Portfolio, lang: Language) -> tuple[str, ...]:
    project = project_name(finding.project or finding.study, part, lang)
    measured, study = finding.measured, finding.found
    outcome = EMPTY if measured is None else in_language(measured.label, lang)
    if study is None:
        reason = lang(f"portfolio.not_run.{finding.refusal.reason}")
        return (project, outcome, NOT_AVAILABLE, reason, EMPTY, EMPTY, NOT_AVAILABLE)
    return (
        project,
        outcome,
        write_effect(study.estimate, lang),
        lang(f"index.verdict.{study.conclusion.verdict}"),
        lang("portfolio.grade", level=study.grade.level, ceiling=study.grade.ceiling),
        lang(f"portfolio.status.{study.status}"),
        lang.number(study.estimate.n_treated),
    )


def _graded(finding: Finding, part: Portfolio, lang: Language) -> tuple[str, ...]:
    study = finding.found
    checks = {"failed": [], "not_applicable": []}
    for check in study.checks:
        checks.get(check.status, []).append(lang(f"check.{check.check}.name"))
    lowered = [
        lang(f"portfolio.lowered.{step.reason}", check=_check_name(step.check, lang))
        for step in study.grade.steps
        if step.change < 0
    ]
    return (
        project_name(finding.project, part, lang),
        lang("portfolio.grade", level=study.grade.level, ceiling=study.grade.ceiling),
        *(" · ".join(said) or EMPTY for said in (lowered, *checks.values())),
    )


def _check_name(check: str, lang: Language) -> str:
    return lang(f"check.{check}.name") if check else ""
