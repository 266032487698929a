"""How often the intervals of a meta-analysis cover: by simulation.

Usage::

    python benchmarks/meta_analysis.py [--repeats 2000]

Studies with errors from 0.2 to 1.2 (uniform, the square around 0.6 on average), true effects normal
around 1 with a variance tau2 of 0, 0.2 (moderate) or 1.8 (large). The mean is covered by the normal
interval, by Hartung and Knapp's with its safeguard, and the true effect of one more study by the
prediction interval. Then how often two or three groups of studies that do not differ are told apart
at 5 %. Prints two markdown tables; docs/methods/meta-analysis.md keeps the last ones.
"""

import argparse

import numpy as np
import pandas as pd

from toolkit.designs.meta_analysis import meta_analysis
from toolkit.designs.subgroups import subgroups

MEAN = 1.0


def run(k: int, tau2: float, repeats: int, rng: np.random.Generator) -> list[float]:
    """Return the coverage of the three intervals, and the median I2."""
    counts, shares = np.zeros(3), []
    for _ in range(repeats):
        errors = rng.uniform(0.2, 1.2, size=k)
        effects = MEAN + rng.normal(size=k) * np.sqrt(errors**2 + tau2)
        studies = pd.DataFrame({"study": range(k), "value": effects, "error": errors})
        safe = meta_analysis(studies)
        normal = meta_analysis(studies, interval="normal")
        new = MEAN + rng.normal() * np.sqrt(tau2)
        counts += [
            normal.low <= MEAN <= normal.high,
            safe.low <= MEAN <= safe.high,
            safe.prediction_low <= new <= safe.prediction_high,
        ]
        shares.append(safe.between.i2)
    return [*(counts / repeats), float(np.median(shares))]


def told_apart(sizes: tuple[int, ...], tau2: float, repeats: int, rng: np.random.Generator):
    """Return how often equal groups are told apart, by Welch's test and by the chi-squared."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    counts = np.zeros(2)
    for _ in range(repeats):
        errors = rng.uniform(0.2, 1.2, size=len(group))
        effects = rng.normal(size=len(group)) * np.sqrt(errors**2 + tau2)
        columns = {"study": range(len(group)), "value": effects, "error": errors, "group": group}
        studies = pd.DataFrame(columns)
        welch = subgroups(studies, by="group")
        counts += welch.p <= 0.05, subgroups(studies, by="group", interval="normal").p <= 0.05
    return counts / repeats


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=2000)
    options = parser.parse_args()
    rng = np.random.default_rng(20131107)
    print("| studies | tau2 | I² (median) | normal | Hartung-Knapp, safeguard | prediction |")
    print("|---|---|---|---|---|---|")
    for k in (3, 5, 10, 20):
        for tau2 in (0.0, 0.2, 1.8):
            *covered, share = run(k, tau2, options.repeats, rng)
            cells = " | ".join(f"{rate:.3f}" for rate in covered)
            print(f"| {k} | {tau2} | {share:.2f} | {cells} |", flush=True)
    print("\n| studies a group | tau2 | Welch | chi-squared |\n|---|---|---|---|")
    for sizes in ((3, 3), (5, 5), (4, 4, 4), (10, 10)):
        for tau2 in (0.0, 0.2, 1.8):
            welch, other = told_apart(sizes, tau2, options.repeats, rng)
            print(
                f"| {', '.join(map(str, sizes))} | {tau2} | {welch:.3f} | {other:.3f} |", flush=True
            )


if __name__ == "__main__":
    main()
