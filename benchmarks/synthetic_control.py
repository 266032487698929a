"""Synthetic control: size of its test, coverage of its interval, and time beside other packages.

Usage::

    python benchmarks/synthetic_control.py [--repeats 500] [--speed-only] [--several-only]
    python benchmarks/synthetic_control.py --published MIRROR

Panels of 1 treated territory, or several, and J donors, 20 periods before and 5 after: independent
AR(1) noise of correlation .6, or two common factors with loadings of each territory, and noise. The
treated is one territory like the others, so that a true null is rejected at 5 % no more often than
that. With one treated the interval is judged on an effect of 1 (the noise has standard deviation
1), with several on none. Prints markdown tables; docs/methods/synthetic-control.md keeps the last.
diff-diff and pysyncon are test dependencies.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.designs.synthetic_control import Predictor, synthetic_control

BEFORE, AFTER, RHO = 20, 5, 0.6


def panel(
    rng: np.random.Generator, n_donors: int, noise: str, effect: float, n_treated: int = 1
) -> pd.DataFrame:
    """Draw one panel; the first territories are treated."""
    n, periods = n_donors + n_treated, BEFORE + AFTER
    outcome = rng.normal(size=(n, periods))
    if noise == "AR(1)":
        for t in range(1, periods):
            outcome[:, t] = RHO * outcome[:, t - 1] + np.sqrt(1 - RHO**2) * outcome[:, t]
    else:
        factors = rng.normal(size=(2, periods)).cumsum(axis=1)
        outcome = outcome + rng.dirichlet(np.ones(3), size=n)[:, :2] @ factors
    outcome[:n_treated, BEFORE:] += effect
    return pd.DataFrame(
        {
            "territory": np.repeat(np.arange(n), periods),
            "period": np.tile(np.arange(periods), n),
            "y": outcome.ravel(),
            "adoption": np.where(
                np.repeat(np.arange(n), periods) < n_treated, float(BEFORE), np.nan
            ),
        }
    )


def simulate(repeats: int) -> None:
    """Print size, power and coverage."""
    print("| noise | donors | size at 5% | power | coverage of 95% | smallest p |")
    print("|---|---|---|---|---|---|")
    for noise in ("AR(1)", "factors"):
        for n_donors in (20, 38, 100):
            rng = np.random.default_rng(20131107)
            rejected, found, covered = 0, 0, 0
            for _ in range(repeats):
                null = synthetic_control(panel(rng, n_donors, noise, 0.0), outcome="y").estimate
                real = synthetic_control(panel(rng, n_donors, noise, 1.0), outcome="y").estimate
                rejected += null.p <= 0.05
                found += real.p <= 0.05
                covered += real.low <= 1.0 <= real.high
            shares = " | ".join(f"{count / repeats:.3f}" for count in (rejected, found, covered))
            print(f"| {noise} | {n_donors} | {shares} | {real.smallest_p:.3f} |", flush=True)


def simulate_several(repeats: int) -> None:
    """Print size and coverage with several treated, whose true effect is zero."""
    print("| noise | donors | treated | size at 5% | coverage of 95% |")
    print("|---|---|---|---|---|")
    for noise in ("AR(1)", "factors"):
        for n_donors in (12, 20):
            for n_treated in (2, 3, 5):
                rng = np.random.default_rng(20131107)
                estimates = [
                    synthetic_control(panel(rng, n_donors, noise, 0.0, n_treated), outcome="y")
                    .estimate for _ in range(repeats)
                ]  # fmt: skip
                size = np.mean([one.p <= 0.05 for one in estimates])
                covered = np.mean([one.low <= 0 <= one.high for one in estimates])
                cells = f"{n_donors} | {n_treated} | {size:.3f} | {covered:.3f}"
                print(f"| {noise} | {cells} |", flush=True)


def cpu(task, times: int = 1) -> float:
    """Return the CPU seconds of one of some runs."""
    task()
    start = time.process_time()
    for _ in range(times):
        task()
    return (time.process_time() - start) / times


def speed() -> None:
    """Print the time of a placebo in space, on outcomes alone, ours and the peers'."""
    data = panel(np.random.default_rng(1), 100, "factors", 1.0)
    ours = cpu(lambda: synthetic_control(data, outcome="y"), 3)
    print(f"placebo in space, 100 donors: ours {ours:.3f} s")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, peer in (("diff-diff", diff_diff_placebo), ("pysyncon", pysyncon_placebo)):
            theirs = peer(data)
            print(f"    {name} {theirs:.2f} s, {theirs / ours:.0f} x ours", flush=True)


def diff_diff_placebo(data: pd.DataFrame) -> float:
    """Time diff-diff's fit and its placebos."""
    from diff_diff import SyntheticControl

    on = (data.territory == 0) & (data.period >= BEFORE)
    treated = data.assign(treated=on.astype(int))

    def task():
        # Equal weights of all past outcomes: the optimum on outcomes alone, without a search.
        design = SyntheticControl(v_method="custom", custom_v=np.ones(BEFORE), standardize="none")
        fit = design.fit(
            treated, outcome="y", treatment="treated", unit="territory", time="period",
            post_periods=list(range(BEFORE, BEFORE + AFTER)),
            pre_period_outcomes=list(range(BEFORE)),
        )  # fmt: skip
        fit.in_space_placebo()

    start = time.process_time()
    task()
    return time.process_time() - start


def pysyncon_placebo(data: pd.DataFrame, timed: int = 1) -> float:
    """Time pysyncon on one donor with outcomes as predictors, for all of them."""
    from pysyncon import Synth

    wide = data.pivot(index="period", columns="territory", values="y")
    before = wide.iloc[:BEFORE]
    start = time.process_time()
    for one in range(timed):
        Synth().fit(
            X0=before.drop(columns=one), X1=before[one], Z0=before.drop(columns=one),
            Z1=before[one], optim_method="Nelder-Mead", optim_initial="equal",
        )  # fmt: skip
    return (time.process_time() - start) / timed * wide.shape[1]


def published(folder: Path) -> None:
    """Print loss and time of the search with predictors on Proposition 99, ours and diff-diff's."""
    from diff_diff import SyntheticControl

    data = pd.read_csv(folder / "published" / "prop99.csv").astype({"year": int})
    treated = data.state == "California"
    data["adoption"] = np.where(treated, 1989, np.nan)
    data["on"] = (treated & (data.year >= 1989)).astype(int)
    spans = [("lnincome", 1980, 1988), ("retprice", 1980, 1988), ("age15to24", 1980, 1988)]
    spans += [("beer", 1984, 1988), *(("cigsale", year, year) for year in (1988, 1980, 1975))]
    names = {"outcome": "cigsale", "territory": "state", "period": "year"}
    special = [(name, list(range(first, last + 1)), "mean") for name, first, last in spans]
    print("| seed | ours: loss | CPU s | diff-diff: loss | CPU s |\n|---|---|---|---|---|")
    for seed in range(5):
        start = time.process_time()
        ours = synthetic_control(
            data, **names, predictors=[Predictor(*span) for span in spans], placebos=False,
            seed=seed,
        )  # fmt: skip
        between = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            peer = SyntheticControl(seed=seed).fit(
                data, "cigsale", "on", "state", "year", special_predictors=special
            )
        end = time.process_time()
        mine = f"{ours.fits.loss[0]:.4f} | {between - start:.2f}"
        print(f"| {seed} | {mine} | {peer.pre_rmspe**2:.4f} | {end - between:.2f} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=500)
    parser.add_argument("--speed-only", action="store_true")
    parser.add_argument("--several-only", action="store_true")
    parser.add_argument("--published", type=Path, metavar="MIRROR", help="of pulled data")
    options = parser.parse_args()
    if options.published:
        published(options.published)
        return
    if options.several_only:
        simulate_several(options.repeats)
        return
    speed()
    if not options.speed_only:
        simulate(options.repeats)
        simulate_several(options.repeats)


if __name__ == "__main__":
    main()
