"""How often the intervals of an interrupted series hold the truth, and detect: by simulation.

Usage::

    python benchmarks/interrupted_series.py [--repeats 500]

Series of 16 to 96 points, half of them after, with first-order autoregressive noise of variance 1;
the truth is a change of level of 2 and no change of slope. Prints a markdown table of coverage
(95 %), of size (a true null of no change of slope rejected at 5 %) and of power (no change of
level); docs/methods/interrupted-series.md keeps the last one.
"""

import argparse

import numpy as np
import pandas as pd

from toolkit.designs.interrupted_series import interrupted_series

LEVEL = 2.0
WAYS = ("ar1", "hac", "arma", "structural")


def draw(rng: np.random.Generator, n: int, rho: float) -> pd.DataFrame:
    """Draw a series with a change of level half-way."""
    errors = rng.normal(size=n)
    for at in range(1, n):
        errors[at] = rho * errors[at - 1] + np.sqrt(1 - rho**2) * errors[at]
    return pd.DataFrame({"period": range(n), "value": errors + LEVEL * (np.arange(n) >= n // 2)})


def rates(rng: np.random.Generator, n: int, rho: float, way: str, repeats: int) -> list[float]:
    """Return coverage of level, slope and average, size for the slope, power for the level."""
    truths = {"level_change": LEVEL, "slope_change": 0.0, "average_effect": LEVEL}
    counts = np.zeros(5)
    for _ in range(repeats):
        frame = draw(rng, n, rho)
        found = interrupted_series(frame, outcome="value", intervention=n // 2, errors=way)
        for at, (name, truth) in enumerate(truths.items()):
            one = getattr(found, name)
            counts[at] += one.low <= truth <= one.high
        counts[3] += found.slope_change.p <= 0.05
        counts[4] += found.level_change.p <= 0.05
    return list(counts / repeats)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=500)
    parser.add_argument("--points", type=int, nargs="+", default=[16, 24, 48, 96])
    options = parser.parse_args()
    print(
        "| points | rho | errors | level: coverage | slope | average | slope: size | level: power |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for n in options.points:
        for rho in (0.0, 0.3, 0.6):
            for way in WAYS:
                rng = np.random.default_rng(20131107)
                cells = [f"{rate:.3f}" for rate in rates(rng, n, rho, way, options.repeats)]
                print(f"| {n} | {rho} | {way} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
