"""How often the interval of a ratio of rates holds the truth, and detects: by simulation.

Usage::

    python benchmarks/counts.py [--repeats 500] [--territories 60]

Territories of very different size over 8 periods, treated from the fifth on, 4 events per 1,000
persons; ratio 1 for the size, 1.5 for coverage and power. "spread" is the standard deviation of
what territories' own log rates change by: 0 leaves Poisson's noise alone. Treated are drawn from
all, or from the smallest or largest fifth. Prints a markdown table; docs/methods/counts.md keeps
the last one.
"""

import argparse

import numpy as np
import pandas as pd

from toolkit.designs.counts import rate_ratio
from toolkit.errors import DesignError

PERIODS, ADOPTION = 8, 4


def draw(
    rng: np.random.Generator, n: int, k: int, where: str, spread: float, ratio: float
) -> pd.DataFrame:
    """Draw one panel."""
    people = np.round(np.exp(rng.normal(9, 1, n)))
    order = np.argsort(people)
    pool = {"any": order, "smallest": order[: n // 5], "largest": order[-(n // 5) :]}[where]
    treated = np.isin(np.arange(n), rng.choice(pool, k, replace=False))
    after = np.arange(PERIODS) >= ADOPTION
    log = 0.3 * rng.normal(size=(n, 1)) + 0.1 * rng.normal(size=PERIODS)
    log = log + after * (spread * rng.normal(size=(n, 1)) + np.log(ratio) * treated[:, None])
    events = rng.poisson(0.004 * people[:, None] * np.exp(log))
    return pd.DataFrame(
        {
            "territory": np.repeat(np.arange(n), PERIODS),
            "period": np.tile(np.arange(PERIODS), n),
            "events": events.ravel(),
            "people": np.repeat(people, PERIODS),
            "adoption": np.repeat(np.where(treated, float(ADOPTION), np.nan), PERIODS),
        }
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=500)
    parser.add_argument("--territories", type=int, default=60)
    options = parser.parse_args()
    print("| spread | treated from | treated | inference | size | coverage | power | refused |")
    print("|---|---|---|---|---|---|---|---|")
    for spread in (0.0, 0.3):
        for where in ("any", "smallest", "largest"):
            for k, inference in ((1, "auto"), (3, "auto"), (5, "auto"), (10, "auto"),
                                 (5, "crv1"), (10, "crv1")):  # fmt: skip
                rng = np.random.default_rng(20131107)
                size = held = power = refused = 0
                for _ in range(options.repeats):
                    common = rng, options.territories, k, where, spread
                    settings = {"outcome": "events", "exposure": "people", "inference": inference}
                    try:
                        null = rate_ratio(draw(*common, 1.0), draws=499, **settings).estimate
                        found = rate_ratio(draw(*common, 1.5), draws=499, **settings)
                    except DesignError:
                        refused += 1
                        continue
                    size += null.p <= 0.05
                    held += found.low <= 1.5 <= found.high
                    power += found.estimate.p <= 0.05
                done = options.repeats - refused
                cells = " | ".join(f"{count / done:.3f}" for count in (size, held, power))
                print(
                    f"| {spread} | {where} | {k} | {inference} | {cells} | {refused} |", flush=True
                )


if __name__ == "__main__":
    main()
