"""The grade never rises above its design; the verdict follows the interval, and doubts stop it."""

from itertools import product

import pytest

from toolkit.estimate import CheckOutcome, Estimate
from toolkit.i18n import LANGUAGES, language
from toolkit.study.evidence import CEILINGS, Conclusion, Grade, conclude, grade, nesta

STATUSES = ("passed", "failed", "informative", "not_applicable")


def outcome(check: str, status: str) -> CheckOutcome:
    return CheckOutcome(check, status, "any")


def estimate(low: float, high: float) -> Estimate:
    return Estimate(
        (low + high) / 2, low, high, 0.01, "did", "att", "randomisation_exact", "days", 3, 94, 66
    )  # fmt: skip


def test_a_design_whose_comparison_held_reaches_its_ceiling():
    found = grade("did", [outcome("pretrends", "passed"), outcome("leave_one_out", "informative")])
    assert (found.level, found.ceiling) == (3, 3)


@pytest.mark.parametrize(
    ("checks", "level", "reasons"),
    [
        ([], 2, ["comparison_unproven"]),
        ([("pretrends", "informative"), ("placebo_in_time", "passed")], 2, ["comparison_unproven"]),
        ([("pretrends", "failed")], 2, ["comparison_refuted"]),
        ([("pretrends", "failed"), ("placebo_in_time", "failed")], 1, ["comparison_refuted"] * 2),
        ([("pretrends", "passed"), ("spillover", "failed")], 2, ["weakened"]),
        ([("pretrends", "not_applicable")], 2, ["comparison_unproven", "could_not_run"]),
        ([("pretrends", "passed"), ("spillover", "not_applicable")], 3, ["could_not_run"]),
    ],
)
def test_each_step_has_its_reason(checks, level, reasons):
    found = grade("did", [outcome(*check) for check in checks])
    assert found.level == level
    assert [step.reason for step in found.steps[1:]] == reasons


@pytest.mark.parametrize(("breakdown", "level"), [(0.9, 2), (1.0, 3), (2.5, 3)])
def test_an_effect_that_survives_uneven_trends_justifies_its_comparison(breakdown, level):
    values = {"breakdown": breakdown}
    honest = CheckOutcome("honest_trends", "informative", "relative", values)
    assert grade("did", [outcome("pretrends", "informative"), honest]).level == level


def test_no_combination_of_checks_rises_above_the_ceiling_or_gains_by_not_running():
    names = ("pretrends", "placebo_in_time", "spillover")
    for design, ceiling in CEILINGS.items():
        for statuses in product(STATUSES, repeat=len(names)):
            checks = [outcome(*pair) for pair in zip(names, statuses, strict=True)]
            full = grade(design, checks).level
            assert 1 <= full <= ceiling
            for k, status in enumerate(statuses):
                if status in ("passed", "informative"):
                    missing = [*checks[:k], outcome(names[k], "not_applicable"), *checks[k + 1 :]]
                    assert grade(design, missing).level <= full


@pytest.mark.parametrize(
    ("low", "high", "direction", "verdict"),
    [
        (-7.0, -5.0, "decrease", "beneficial"),
        (-7.0, -5.0, "increase", "harmful"),
        (5.0, 7.0, "increase", "beneficial"),
        (-1.0, 1.5, "decrease", "no_meaningful_effect"),
        (0.1, 1.5, "increase", "no_meaningful_effect"),
        (-5.0, 1.0, "decrease", "inconclusive"),
        (-float("inf"), float("inf"), "decrease", "inconclusive"),
        (float("nan"), float("nan"), "decrease", "inconclusive"),
    ],
)
def test_the_interval_decides(low, high, direction, verdict):
    value = Estimate(
        1.0, low, high, 0.5, "did", "att", "randomisation_exact", "days", 3, 94, 66
    )  # fmt: skip
    found = conclude(value, [outcome("pretrends", "passed")], direction=direction, meaningful=2.0)
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "reason", "said"),
    [
        (-7.0, -2.0, "matters", "beyond the smallest effect"),
        (-7.0, -1.9, "interval", "too small to matter"),
    ],
)
def test_a_beneficial_effect_may_still_be_too_small_to_matter(low, high, reason, said):
    found = conclude(estimate(low, high), [], direction="decrease", meaningful=2.0)
    assert (found.verdict, found.reason) == ("beneficial", reason)
    assert said in found.sentence(language("en"))


def test_a_comparison_that_is_refuted_stops_any_verdict():
    checks = [outcome("pretrends", "failed"), outcome("spillover", "failed")]
    found = conclude(estimate(-7, -5), checks, direction="decrease", meaningful=2.0)
    assert (found.verdict, found.checks) == ("inconclusive", ("pretrends",))


@pytest.mark.parametrize("code", LANGUAGES)
def test_verdict_and_grade_are_said_in_both_languages(code):
    lang = language(code)
    checks = [outcome("pretrends", "failed"), outcome("spillover", "failed")]
    said = conclude(estimate(-7, -5), checks, direction="decrease", meaningful=2.0).sentence(lang)
    assert lang("check.pretrends.name") in said
    sentences = grade("did", checks).sentences(lang)
    assert len(sentences) == 4
    inconclusive = conclude(estimate(-5, 1), [], direction="decrease", meaningful=2.0)
    assert "pas d’effet" not in inconclusive.sentence(lang)
    assert "no effect" not in inconclusive.sentence(lang)


@pytest.mark.parametrize(
    ("level", "verdict", "interval", "theory", "expected"),
    [
        (3, "beneficial", (-7, -5), True, (3, "caused")),
        (2, "beneficial", (-7, -5), True, (2, "not_caused")),
        (1, "inconclusive", (-7, -5), True, (2, "not_caused")),  # contradicted, but better
        (3, "inconclusive", (-7, 5), True, (1, "no_change_shown")),
        (3, "harmful", (5, 7), True, (1, "no_change_shown")),
        (3, "no_meaningful_effect", (-0.5, -0.1), True, (1, "no_change_shown")),
        (3, "beneficial", (-7, -5), False, (0, "no_theory")),
    ],
)
def test_nesta_asks_for_a_theory_then_a_change_then_its_cause(
    level, verdict, interval, theory, expected
):
    found = nesta(
        Grade(level, 3, ()),
        Conclusion(verdict, "interval"),
        estimate(*interval),
        direction="decrease",
        theory=theory,
    )
    assert (found.level, found.reason) == expected
    assert all(found.sentence(language(code)) for code in LANGUAGES)
