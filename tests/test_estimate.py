"""An estimate says its value, its interval and what can be concluded, in both languages."""

import ast
import contextlib
import math
from pathlib import Path

import pytest

from toolkit.estimate import CheckOutcome, Estimate, explain
from toolkit.i18n import language

TOOLKIT = Path(__file__).parents[1] / "toolkit"
DESIGNS = TOOLKIT / "designs"
FR, EN = language("fr"), language("en")


def estimate(**changes) -> Estimate:
    return Estimate(
        **{
            "value": -6.5,
            "low": -7.6,
            "high": -5.5,
            "p": 0.001,
            "design": "did",
            "estimand": "att",
            "inference": "randomisation",
            "unit": "days",
            "n_treated": 3,
            "n_comparison": 94,
            "n_periods": 66,
            **changes,
        }
    )


def test_an_effect_is_said_with_its_unit_and_interval():
    assert estimate().sentence(EN, digits=1) == (
        "The estimated effect is −6.5 days (95% interval: −7.6 days to −5.5 days), by "
        "difference-in-differences, on 3 treated territories and 94 comparison territories: "
        "a decrease."
    )
    french = estimate().sentence(FR, digits=1)
    assert "−6,5 jours (intervalle à 95\u00a0%\u00a0: −7,6 jours à −5,5 jours)" in french
    assert french.endswith("une baisse.")


def test_an_interval_that_covers_zero_is_inconclusive_and_never_no_effect():
    text = estimate(value=0.5, low=-1, high=2).sentence(EN)
    assert text.startswith("Inconclusive: on 3 treated")
    assert "compatible with an effect between −1.00 days and +2.00 days" in text
    assert "no effect" not in text
    beside_a_verdict = estimate(value=0.5, low=-1, high=2).sentence(EN, concluded=True)
    assert beside_a_verdict.startswith("On 3 treated")
    assert "Inconclusive" not in beside_a_verdict


def test_a_share_of_a_check_is_never_said_as_certain():
    values = {"p": 0.28, "explaining": 4.37, "power": 99.9999}
    text = CheckOutcome("pretrends", "passed", "powerful", values).sentence(EN)
    assert "99 times in 100" in text


def test_those_treated_later_are_not_counted_twice_unsaid():
    found = estimate(n_comparison=94, n_later=4)
    assert "94 comparison territories, 4 of them treated later" in found.sentence(EN)
    assert "94 territoires de comparaison, dont 4 traités plus tard" in found.sentence(FR)


def test_a_share_too_small_to_show_is_not_written_as_zero():
    values = {"value": 4.0, "robustness": 18.2, "robustness_interval": 0.043}
    said = CheckOutcome("sensitivity", "informative", "no_covariates", values).sentence(EN)
    assert "18%" in said
    assert "0.043%" in said


def test_an_unbounded_or_missing_interval_is_said():
    assert "between −∞ and +2.00 days" in estimate(low=-math.inf, high=2).sentence(EN)
    nothing = estimate(low=math.nan, high=math.nan).sentence(EN)
    assert nothing.endswith("no interval can be given.")


def test_the_table_has_one_row_with_every_field():
    table = estimate(cautions=("missing_cells", "sizes_unknown")).table()
    assert table.shape == (1, 16)
    assert table.cautions[0] == "missing_cells, sizes_unknown"


def test_an_estimate_is_a_number():
    with pytest.raises(ValueError, match="refuse what cannot be identified"):
        estimate(value=math.nan)


def test_a_check_has_one_of_four_statuses():
    outcome = CheckOutcome("placebo", "passed", "fine", {"p": 0.4})
    assert outcome.table().to_dict("records") == [
        {"check": "placebo", "status": "passed", "reason": "fine", "p": 0.4}
    ]
    with pytest.raises(ValueError, match="must be one of passed, failed"):
        CheckOutcome("placebo", "ok", "fine")


def emitted_codes() -> dict[str, set[str]]:
    """Return the codes of inferences and cautions that the source of the designs names.

    An inference is a text given to ``inference=`` or to a name that ends in it (a Literal of the
    options included); a caution is one given or appended to a name that holds "caution".
    """
    found = {"inference": set(), "caution": set()}
    for path in DESIGNS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name, value in assigned(node):
                family = "caution" if "caution" in name else "inference"
                found[family] |= texts(value)
    found["inference"] -= {"auto", ""}
    return found


def assigned(node: ast.AST):
    pairs = []
    if isinstance(node, ast.Assign):
        pairs = [(ast.unparse(target), node.value) for target in node.targets]
    elif isinstance(node, ast.AugAssign):
        pairs = [(ast.unparse(node.target), node.value)]
    elif isinstance(node, ast.Call):
        pairs = [(keyword.arg or "", keyword.value) for keyword in node.keywords]
        if ast.unparse(node.func).endswith(".append"):
            pairs += [(ast.unparse(node.func), value) for value in node.args]
    elif isinstance(node, ast.FunctionDef) and "caution" in node.name:
        calls = [n for n in ast.walk(node) if isinstance(n, ast.Call) and n.args]
        yield from (("caution", c.args[0]) for c in calls if ast.unparse(c.func).endswith("append"))
    for name, value in pairs:
        if "caution" in name or name.lower().endswith(("inference", "inferences", "chosen")):
            yield name, value


def texts(value: ast.AST) -> set[str]:
    """Return the whole texts an expression may give: no parts, comparisons or arguments."""
    if isinstance(value, ast.Constant):
        return {value.value} if isinstance(value.value, str) else set()
    if isinstance(value, ast.Compare | ast.Call | ast.JoinedStr | ast.BinOp):
        return set()
    parts = [value.body, value.orelse] if isinstance(value, ast.IfExp) else []
    return set().union(*map(texts, parts or ast.iter_child_nodes(value)))


@pytest.mark.parametrize("lang", [FR, EN], ids=lambda lang: lang.code)
def test_every_code_a_design_emits_has_words(lang):
    codes = emitted_codes()
    assert codes["inference"] >= {"randomisation_exact", "size_adjusted", "placebo", "crv3"}
    assert codes["caution"] >= {"sizes_unknown", "cohort_of_one", "cells_left_out"}
    for inference in codes["inference"]:
        assert len(explain(lang, inference=inference, cautions=sorted(codes["caution"]))) == (
            1 + len(codes["caution"])
        )


def test_every_reason_of_a_check_that_the_source_names_has_words():
    """Reasons written out where the outcome is made; those computed are said in their own tests."""
    reasons = set()
    for path in TOOLKIT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "CheckOutcome":
                check, _, reason, *_ = [*node.args, None, None, None]
                written = reason is not None and isinstance(check, ast.Constant)
                reasons |= {f"check.{check.value}.{r}" for r in texts(reason)} if written else set()
    assert len(reasons) > 20
    for lang in (FR, EN):
        for key in reasons:
            # A message that asks for values is there; one that is not is a ToolkitError.
            with contextlib.suppress(KeyError):
                lang(key)


def test_an_effect_on_a_logarithm_is_said_in_per_cent():
    found = estimate(value=-0.0021, low=-0.0206, high=0.05, unit="log_points").sentence(EN)
    assert "between −2.0% and +5.1% (95% interval; estimate: −0.2%)" in found
    assert "+∞" in estimate(low=-0.1, high=math.inf, unit="log_points").sentence(EN)


def test_an_explanation_says_how_why_p_and_every_doubt():
    told = estimate(p=0.0099, smallest_p=1 / 101, cautions=("sizes_unknown",)).explanation(EN)
    assert told[0].startswith("Inference by randomisation: other ways")
    assert told[1].startswith("p = 0.0099:".replace(" ", "\u00a0"))
    assert told[2] == (
        "The smallest p possible here, by the number of territories or of draws, is 1 in 101."
    )
    assert told[3].startswith("The inference takes no account of the size of territories")
    assert "est de 1 sur 101" in estimate(p=0.01, smallest_p=1 / 101).explanation(FR)[2]


def test_numbers_that_can_establish_nothing_are_said_to():
    told = estimate(p=0.1, smallest_p=0.1).explanation(EN)
    assert told[-1].endswith("above the threshold of 5%, nothing could be established, however "
                             "large the effect.")  # fmt: skip
    assert "no effect" not in " ".join(told)
    assert len(estimate(p=math.nan).explanation(EN)) == 1


@pytest.mark.parametrize(
    ("value", "text"), [(0.003, "+0.0030"), (-0.02246, "−0.022"), (3.1, "+3.10"), (1e-17, "0.00")]
)
def test_a_small_number_keeps_two_figures(value, text):
    said = estimate(value=value, low=-1, high=9, unit="").sentence(EN)
    assert f"estimate: {text})" in said


def test_a_check_writes_a_small_p_as_it_is():
    outcome = CheckOutcome("placebo_in_time", "failed", "failed", {"value": 0.004, "p": 0.003})
    assert "(0,0040, p = 0,003)".replace("p =", "p\u00a0=").replace("= ", "=\u00a0") in (
        outcome.sentence(FR)
    )
