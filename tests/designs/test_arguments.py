"""Whatever table or option a design is given, it gives numbers or says what is wrong.

Series, studies, costs and ratings come whole and damaged, one or two damages at a time, with an
option that may be none; a design may refuse with a `DesignError`, and nothing else.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from toolkit.designs.agreement_groups import agreement_by
from toolkit.designs.arguments import as_numbers, check_columns, is_finite, option_faults
from toolkit.designs.cost import full_cost
from toolkit.designs.cost_effectiveness_by_territory import cost_effectiveness_by_territory
from toolkit.designs.cost_per_case import cost_per_case
from toolkit.designs.counts import rate_ratio
from toolkit.designs.interrupted_series import interrupted_series
from toolkit.designs.intraclass import FORMS, intraclass_correlation
from toolkit.designs.meta_analysis import leave_one_study_out, meta_analysis
from toolkit.designs.panel import panel_matrix
from toolkit.designs.ranking import rank_projects
from toolkit.designs.ratings import rating_matrix
from toolkit.designs.study_effects import studies_from
from toolkit.designs.subgroups import subgroups
from toolkit.designs.synthetic_control import synthetic_control
from toolkit.designs.synthetic_did import synthetic_did
from toolkit.errors import DesignError
from toolkit.i18n import LANGUAGES, language

LANGS = [language(code) for code in LANGUAGES]


def table(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Draw a table that each design can read, with some of its columns."""
    rows, names = np.arange(n), [f"t{i}" for i in range(n)]
    return pd.DataFrame(
        {
            "period": rows, "value": rng.normal(size=n), "error": rng.uniform(0.2, 1, n),
            "x": rng.normal(size=n), "study": names, "by": ["a", "b"] * (n // 2),
            "territory": names, "treated": rows % 2, "date": "2015-03-01", "category": "travel",
            "amount": rng.uniform(1, 99, n), "person_days": np.nan, "unit": rows // 3,
            "rater": rows % 3, "score": rng.integers(0, 4, n), "project": rows // 12,
            "criterion": rows // 3 % 2, "role": "chercheur", "moment": "exit", "round": 1,
        }
    )  # fmt: skip


# What leaves no numbers to damage, or no column, comes after what damages numbers.
LAST = {"text": 1, "categories": 1, "a column less": 2, "columns twice": 3}
NUMBERS = ["value", "error", "x", "amount", "score"]


def in_numbers(change) -> dict:
    return lambda t, r: t.assign(**{name: change(t[name], r) for name in NUMBERS})


DAMAGES = {
    "none": lambda t, r: t,
    "missing": in_numbers(lambda c, r: c.astype("float64").mask(r.random(len(c)) < 0.3)),
    "all missing": in_numbers(lambda c, r: c.astype("float64") * np.nan),
    "text": in_numbers(lambda c, r: c.astype(object).where(np.arange(len(c)) != 1, "nd")),
    "infinite": in_numbers(lambda c, r: c.astype("float64").where(np.arange(len(c)) != 1, np.inf)),
    "constant": in_numbers(lambda c, r: 2.0),
    "zero": in_numbers(lambda c, r: 0),
    "negative": in_numbers(lambda c, r: -pd.to_numeric(c, errors="coerce")),
    "large": in_numbers(lambda c, r: pd.to_numeric(c, errors="coerce") * 1e12),
    "small": in_numbers(lambda c, r: pd.to_numeric(c, errors="coerce") * 1e-12),
    "huge": in_numbers(lambda c, r: pd.to_numeric(c, errors="coerce") * 1e200),
    "categories": in_numbers(lambda c, r: c.astype("category")),
    "nullable": in_numbers(lambda c, r: pd.to_numeric(c, errors="coerce").astype("Float64")),
    "one tiny": in_numbers(lambda c, r: c.where(np.arange(len(c)) != 1, 1e-12)),
    "rows twice": lambda t, r: pd.concat([t, t.head(2)]),
    "columns twice": lambda t, r: pd.concat([t, t], axis="columns"),
    "a column less": lambda t, r: t.drop(columns=r.choice(t.columns)),
    "empty": lambda t, r: t.iloc[:0],
    "one row": lambda t, r: t.iloc[:1],
    "three rows": lambda t, r: t.iloc[:3],
    "no names": lambda t, r: t.assign(study=None, territory=None, rater=None, period=None),
    "mixed names": lambda t, r: t.assign(rater=t.rater.astype(object).where(t.rater > 0, "a")),
    "one rater": lambda t, r: t.assign(rater=1),
    "floats": lambda t, r: t.assign(period=pd.to_numeric(t.period) + 0.0),
    "index alike": lambda t, r: t.set_axis([0] * len(t)),
}
OPTIONS = [
    {}, {}, {}, {"level": 0}, {"level": "0.95"}, {"level": None}, {"seed": -1}, {"draws": 0},
    {"season": "12"}, {"season": 4.0}, {"method": None}, {"order": 1}, {"better": ""}, {"days": 1},
    {"day_rate": "a"}, {"prices": [1]}, {"weights": 3}, {"errors": "hac"}, {"errors": "arma"},
]  # fmt: skip


def series(t: pd.DataFrame, **options) -> list:
    found = interrupted_series(t, outcome="value", intervention=12, covariates=["x"], **options)
    for lang in LANGS:
        found.sentence(lang)
        found.explanation(lang)
    return [found.table(), found.path]


def studies(t: pd.DataFrame, **options) -> list:
    whole = meta_analysis(t.drop(columns="unit", errors="ignore"), **options)
    return [whole.value, whole.error, whole.low, whole.high, whole.p, whole.between.i2_high]


def without(t: pd.DataFrame, **options) -> list:
    return [leave_one_study_out(t.drop(columns="unit", errors="ignore"), **options).data]


def groups(t: pd.DataFrame, **options) -> list:
    found = subgroups(t.drop(columns="unit", errors="ignore"), by="by", **options)
    return [found.statistic, found.p]


def expenses(t: pd.DataFrame, **options) -> list:
    found = full_cost(t, **options)
    [found.sentence(lang) for lang in LANGS]
    return [found.total, found.shared, found.table()]


def cases(t: pd.DataFrame, **options) -> list:
    check_columns(t, ["territory", "amount", "error"])
    named = t.set_index("territory")
    found = cost_per_case(named.amount, named.error, **options)
    [found.sentence(lang) for lang in LANGS]
    return [found.value, *([found.low, found.high] if found.n_territories > 1 else [])]


def plane(t: pd.DataFrame, **options) -> list:
    given = {"effect": "value", "cost": "amount", "treated": "treated", "better": "higher"}
    found = cost_effectiveness_by_territory(t, **given | options)
    [found.sentence(lang) for lang in LANGS]
    ratio = [] if found.refusal else [found.ratio, found.ratio_low, found.ratio_high]
    return [found.cost_error, found.quadrants(), found.acceptability([0, 100]), *ratio]


def measured(measure, **given):
    def agreement(t: pd.DataFrame, **options) -> list:
        found = measure(rating_matrix(t), **given | options)
        for lang in LANGS:
            found.sentence(lang)
            found.details(lang)
        return [found.value, found.low, found.high, found.observed]

    return agreement


def order(t: pd.DataFrame, **options) -> list:
    found = rank_projects(t, **{"draws": 50} | options)
    [found.sentence(lang) for lang in LANGS]
    return [found.ranks, found.projects, found.pairs]


def by_role(t: pd.DataFrame, **options) -> list:
    agreement_by(t, **options)
    return []


READERS = {
    "series": (series, ("level", "season", "errors", "order")),
    "studies": (studies, ("level", "method")),
    "without each study": (without, ("level", "method")),
    "groups of studies": (groups, ("level", "method")),
    "expenses": (expenses, ("days", "day_rate", "prices")),
    "cost per case": (cases, ("level", "seed", "draws")),
    "cost and effect": (plane, ("level", "better")),
    "cohen": (measured(cohen_kappa, raters=(0, 1)), ("level", "method", "weights")),
    "fleiss": (measured(fleiss_kappa), ("level", "seed", "draws")),
    "alpha": (measured(krippendorff_alpha), ("level", "seed", "draws")),
    "alpha, interval": (measured(krippendorff_alpha, metric="interval"), ("method",)),
    **{f"icc {f}": (measured(intraclass_correlation, form=f), ("level", "draws")) for f in FORMS},
    "ranking": (order, ("level", "seed", "draws", "weights")),
    "agreement by role": (by_role, ("level", "method")),
}


def numbers_of(found: list) -> np.ndarray:
    """Return what a result states as numbers; None is said in words."""
    parts = [
        part.select_dtypes("number").to_numpy("float64").ravel()
        if isinstance(part, pd.DataFrame) else [part]
        for part in found if part is not None
    ]  # fmt: skip
    return np.concatenate([np.empty(0), *parts]).astype(float)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 1000),
    n=st.sampled_from([6, 24, 48]),
    damages=st.lists(st.sampled_from(list(DAMAGES)), min_size=1, max_size=2, unique=True),
    option=st.sampled_from(OPTIONS),
)
def test_numbers_or_a_reason(name, seed, n, damages, option):
    rng = np.random.default_rng(seed)
    frame = table(rng, n)
    for damage in sorted(damages, key=lambda one: LAST.get(one, 0)):
        frame = DAMAGES[damage](frame, rng)
    before = frame.copy()
    design, known = READERS[name]
    try:
        found = design(frame, **{key: value for key, value in option.items() if key in known})
    except DesignError:
        return
    finally:
        pd.testing.assert_frame_equal(frame, before)
    assert not np.isnan(numbers_of(found)).any()


def by_panel(design, **names):
    return lambda t: design(t, outcome="value", adoption="treated", **names)


@pytest.mark.parametrize(
    "design",
    [
        by_panel(panel_matrix, territory="territory", period="period"), by_panel(synthetic_control),
        by_panel(synthetic_did), by_panel(rate_ratio, exposure="amount"),
        lambda t: interrupted_series(t, outcome="value", intervention=3), meta_analysis, full_cost,
        rating_matrix, agreement_by, rank_projects,
    ],
)  # fmt: skip
def test_what_is_no_table_or_has_a_column_twice_is_said(design):
    frame = table(np.random.default_rng(0), 24)
    with pytest.raises(DesignError, match=r"no pandas table .* but: list"):
        design([frame])
    with pytest.raises(DesignError, match="These columns stand twice: "):
        design(pd.concat([frame, frame], axis="columns"))


def test_estimates_that_are_none_are_said():
    with pytest.raises(DesignError, match="estimates is of type list"):
        studies_from([1])
    with pytest.raises(DesignError, match=r"(?s)one: An Estimate .* float.*two: .* str"):
        studies_from({"one": 1.0, "two": "x"})
    with pytest.raises(DesignError, match=r"rating_matrix.*the type is DataFrame"):
        krippendorff_alpha(pd.DataFrame())


def test_options_that_are_none_are_said_together():
    choice = ("way", "c", ("a", "b"))
    said = list(option_faults(choice, level="0.95", draws=0.5, seed=-1))
    assert said == [
        "way is 'c'; it must be one of: a, b.",
        "level is 0.95; it must lie strictly between 0 and 1 (0.95 for example).",
        "draws is 0.5: at least 1 is needed.",
        "seed is -1; it is a whole number from 0 on.",
    ]
    assert not list(option_faults(("way", None, (None, "a")), level=0.9, draws=np.int64(3)))


def test_cells_that_are_no_numbers_are_missing():
    cells = pd.Series([1, "2", "x", None, np.inf, 1e61], dtype=object)
    np.testing.assert_array_equal(as_numbers(cells), [1, 2, np.nan, np.nan, np.nan, np.nan])
    assert [is_finite(one) for one in (1, np.float64(2), "1", None, np.nan, 1e61)] == [
        True, True, False, False, False, False,
    ]  # fmt: skip
