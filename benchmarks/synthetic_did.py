"""How often a synthetic difference-in-differences rejects a true null, and covers: by simulation.

Usage::

    python benchmarks/synthetic_did.py [--repeats 300]

40 territories, 16 periods, treated from the tenth on; two factors that wander, and noise of serial
correlation .5. Treated are drawn at random, or more likely where the first factor weighs most (a
plain comparison is then misled). Prints a markdown table of coverage (95 %), size (5 %) and root
mean square error beside that of the plain difference; docs/methods/synthetic-did.md keeps it.
"""

import argparse

import numpy as np
import pandas as pd

from toolkit.designs.did import difference_in_differences
from toolkit.designs.synthetic_did import synthetic_did

TERRITORIES, PERIODS, ADOPTION = 40, 16, 10


def draw(rng: np.random.Generator, k: int, chosen: str) -> pd.DataFrame:
    """Draw a panel without an effect."""
    factors = np.cumsum(rng.normal(size=(2, PERIODS)), axis=1) * 0.5
    loadings = rng.normal(size=(TERRITORIES, 2))
    noise = rng.normal(size=(TERRITORIES, PERIODS))
    for at in range(1, PERIODS):
        noise[:, at] = 0.5 * noise[:, at - 1] + np.sqrt(0.75) * noise[:, at]
    odds = np.exp(loadings[:, 0]) if chosen == "by factor" else np.ones(TERRITORIES)
    treated = rng.choice(TERRITORIES, k, replace=False, p=odds / odds.sum())
    outcome = loadings @ factors + noise
    places = np.repeat(np.arange(TERRITORIES), PERIODS)
    return pd.DataFrame(
        {
            "territory": places,
            "period": np.tile(np.arange(PERIODS), TERRITORIES),
            "value": outcome.ravel(),
            "adoption": np.where(np.isin(places, treated), float(ADOPTION), np.nan),
        }
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=300)
    repeats = parser.parse_args().repeats
    print("| drawn | treated | inference | coverage | size | error | plain: coverage | error |")
    print("|---|---|---|---|---|---|---|---|")
    for chosen in ("at random", "by factor"):
        for k, inference in ((1, "placebo"), (3, "placebo"), (5, "placebo"), (10, "placebo"),
                             (5, "jackknife"), (10, "jackknife")):  # fmt: skip
            rng = np.random.default_rng(20131107)
            held = rejected = plain_held = 0
            values, plain = [], []
            for _ in range(repeats):
                frame = draw(rng, k, chosen)
                one = synthetic_did(frame, outcome="value", inference=inference, draws=99).estimate
                other = difference_in_differences(frame, outcome="value", draws=499)
                held += one.low <= 0 <= one.high
                rejected += one.p <= 0.05
                plain_held += other.low <= 0 <= other.high
                values.append(one.value)
                plain.append(other.value)
            cells = [held / repeats, rejected / repeats, np.sqrt(np.mean(np.square(values)))]
            cells += [plain_held / repeats, np.sqrt(np.mean(np.square(plain)))]
            written = " | ".join(f"{cell:.3f}" for cell in cells)
            print(f"| {chosen} | {k} | {inference} | {written} |", flush=True)


if __name__ == "__main__":
    main()
