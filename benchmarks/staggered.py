"""Hold `staggered` against its peers: do they agree, and how fast is each, in one run.

    python benchmarks/staggered.py

The peers, csdid (a port of the R package `did`) and diff-diff, are heavy: install them in an
environment of their own, next to the toolkit. One that is missing is said to be, and left out.
Agreement is the largest difference of any cell or standard error over all random panels. The doubly
robust cells of diff-diff differ by some 1e-4: it divides the comparison's weights by the number of
treated, where csdid and we divide by their sum.
Speed is CPU time: 999 staggered placebos of 100 territories x 20 years, which a peer gets by
estimating each permuted panel anew (timed on a few of them, and scaled). Memory is the most the
process held so far, libraries included; ours run before any peer is loaded.
"""

import contextlib
import io
import resource
import time
import warnings
from importlib.util import find_spec

import numpy as np
import pandas as pd

from toolkit.designs.staggered import staggered

DRAWS, TIMED = 999, 15


def random_panel(
    seed: int, *, n: int = 60, n_periods: int = 6, gaps: float = 0.0, alone: bool = False
) -> pd.DataFrame:
    """Simulate territories that adopt in several periods, one of them alone if asked.

    The outcome is a territory's level, a trend common to all that its covariate x bends, noise,
    and an effect that grows by 0.3 a period; a share `gaps` of the outcomes is missing.
    """
    rng = np.random.default_rng(seed)
    cohorts = np.array([np.inf, 3, 4, 6])[: n_periods - 1]
    adoption = rng.choice(cohorts, n, p=[0.4, 0.2, 0.2, 0.2])
    adoption[:4] = np.inf, 3, 4, 6
    if alone:
        adoption[adoption == 4] = np.inf
        adoption[2] = 4
    x, level = rng.normal(size=n), rng.normal(size=n)
    period = np.arange(1, n_periods + 1)
    since = np.maximum(period - adoption[:, None] + 1, 0)
    outcome = level[:, None] + (0.2 + 0.1 * x[:, None]) * period + 0.3 * since
    outcome += rng.normal(size=outcome.shape)
    panel = pd.DataFrame(
        {
            "territory": np.repeat(np.arange(n), n_periods),
            "period": np.tile(period, n),
            "adoption": np.repeat(np.where(np.isinf(adoption), np.nan, adoption), n_periods),
            "x": np.repeat(x, n_periods),
            "y": outcome.ravel(),
        }
    )
    panel.loc[rng.random(len(panel)) < gaps, "y"] = np.nan
    return panel


def ours(panel: pd.DataFrame, **options) -> pd.DataFrame:
    """Return our cells: cohort, period, value, se."""
    return staggered(panel, outcome="y", **options).cells[["cohort", "period", "value", "se"]]


def csdid_cells(
    panel, *, comparison="never", covariates=(), anticipation=0, base="varying"
) -> pd.DataFrame:
    """Return csdid's cells."""
    from csdid.att_gt import ATTgt

    with contextlib.redirect_stdout(io.StringIO()):
        fit = ATTgt(
            yname="y",
            gname="adoption",
            idname="territory",
            tname="period",
            data=panel.fillna({"adoption": 0}),
            control_group="nevertreated" if comparison == "never" else "notyettreated",
            xformla="y ~ " + " + ".join(covariates) if covariates else None,
            anticipation=anticipation,
        ).fit(est_method="dr", base_period=base, bstrap=False)
    columns = {"cohort": fit.results["group"], "period": fit.results["year"]}
    columns |= {"value": fit.results["att"], "se": np.ravel(fit.results["se"])}
    return pd.DataFrame(columns)


def diff_diff_cells(
    panel, *, comparison="never", covariates=(), anticipation=0, base="varying"
) -> pd.DataFrame:
    """Return diff-diff's cells."""
    from diff_diff import CallawaySantAnna

    design = CallawaySantAnna(
        control_group="never_treated" if comparison == "never" else "not_yet_treated",
        anticipation=anticipation,
        base_period=base,
    )
    fit = design.fit(
        panel.fillna({"adoption": 0}),
        outcome="y",
        unit="territory",
        time="period",
        first_treat="adoption",
        covariates=list(covariates) or None,
    )
    rows = [(*key, cell["effect"], cell["se"]) for key, cell in fit.group_time_effects.items()]
    return pd.DataFrame(rows, columns=["cohort", "period", "value", "se"])


def differences(panel: pd.DataFrame, peer, options: dict) -> tuple[float, float, int]:
    """Return the largest difference in values, that in standard errors, and the cells compared."""
    both = ours(panel, **options).merge(
        peer(panel, **options), on=["cohort", "period"], suffixes=("", "_peer")
    )
    value, se = (both[name] - both[f"{name}_peer"] for name in ("value", "se"))
    return value.abs().max(), se.abs().max(), int(value.notna().sum())


SETTINGS = {
    "never treated": ({}, {}),
    "not yet treated": ({}, {"comparison": "not_yet"}),
    "doubly robust": ({"n": 150}, {"covariates": ("x",)}),
    "doubly robust, not yet": ({"n": 150}, {"covariates": ("x",), "comparison": "not_yet"}),
    "anticipation 1": ({}, {"anticipation": 1}),
    "universal base": ({}, {"base": "universal"}),
    "one territory in a cohort": ({"alone": True}, {}),
    "missing cells (5 %)": ({"gaps": 0.05}, {}),
    "missing cells, not yet": ({"gaps": 0.05}, {"comparison": "not_yet"}),
}


def compare(name: str, peer, *, seeds: int = 5) -> None:
    """Print how far a peer is from us in every setting."""
    for title, (data, options) in SETTINGS.items():
        # csdid drops a territory with a gap altogether: another estimand.
        if name == "csdid" and "gaps" in data:
            continue
        found = [differences(random_panel(seed, **data), peer, options) for seed in range(seeds)]
        value, se, cells = np.array(found).T
        print(
            f"{name:10} {title:28} {int(cells.sum()):4} cells"
            f"   value {np.nanmax(value):.1e}   se {np.nanmax(se):.1e}"
        )


def wide_panel(n_treated: int = 10) -> pd.DataFrame:
    """Simulate 100 territories over 20 years, adopting in four periods."""
    rng = np.random.default_rng(0)
    adoption = np.full(100, np.nan)
    adoption[:n_treated] = np.resize([8, 11, 14, 17], n_treated)
    return pd.DataFrame(
        {
            "territory": np.repeat(np.arange(100), 20),
            "period": np.tile(np.arange(1, 21), 100),
            "adoption": np.repeat(adoption, 20),
            "x": np.repeat(rng.normal(size=100), 20),
            "y": rng.normal(size=2000),
        }
    )


def seconds(task, times: int = 1) -> float:
    """Return the CPU time of one of `times` runs."""
    start = time.process_time()
    for _ in range(times):
        task()
    return (time.process_time() - start) / times


def most_memory() -> str:
    """Return the most memory this process ever held."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def speed(peers: dict) -> None:
    """Print the time of 999 placebos and the memory, ours and then the peers'."""
    complete = wide_panel()
    gaps = complete.assign(y=complete.y.mask(np.random.default_rng(1).random(2000) < 0.05))
    cases = {
        "10 treated": (complete, {}),
        "10 treated, 5 % missing": (gaps, {}),
        "40 treated, doubly robust": (wide_panel(40), {"covariates": ("x",)}),
    }
    mine = {}
    for title, (panel, options) in cases.items():

        def placebos(panel=panel, options=options):
            effects = staggered(panel, outcome="y", **options)
            effects.aggregate("simple", rng=np.random.default_rng(1), draws=DRAWS)

        placebos()
        mine[title] = seconds(placebos, 3)
        print(f"{DRAWS} placebos, {title}: ours {mine[title]:.3f} s, memory {most_memory()}")
    for name, peer in peers.items():
        for title, (panel, options) in cases.items():
            # csdid drops a territory with a gap altogether: here that leaves too few.
            if name == "csdid" and panel is gaps:
                continue
            peer(panel, **options)
            theirs = seconds(lambda: peer(panel, **options), TIMED) * DRAWS  # noqa: B023
            ratio = theirs / mine[title]
            print(f"{name}, {title}: {theirs:.1f} s, {ratio:.0f} x ours, memory {most_memory()}")


def main() -> None:
    """Run all of it with the peers that are installed."""
    warnings.simplefilter("ignore")
    peers = {"csdid": csdid_cells, "diff-diff": diff_diff_cells}
    for name in list(peers):
        if find_spec(name.replace("-", "_")) is None:
            print(f"{name}: not installed, left out")
            del peers[name]
    speed(peers)
    for name, peer in peers.items():
        compare(name, peer)


if __name__ == "__main__":
    main()
