"""From how many treated territories the wild bootstrap and CRV3 hold: by simulation.

Usage::

    python benchmarks/inference_rule.py [--repeats 1000] [--territories 100]

Changes of territories, alike or of variance .2 + 1 / size with log-normal sizes; the treated are
drawn from all, or from the smallest or largest tenth (or the k smallest or largest). Prints how
often a true null is rejected at 5 %, as a markdown table; `choose_inference` takes its threshold
from it.
"""

import argparse

import numpy as np
import pandas as pd
from scipy.stats import t

from toolkit.designs.did import randomise
from toolkit.designs.regression import regression

DRAWS = 399
CASES = [("alike", "any"), ("by size", "any"), ("by size", "smallest"), ("by size", "largest")]


def rejects(rng: np.random.Generator, n: int, k: int, noise: str, where: str) -> tuple[bool, bool]:
    """Simulate changes without any effect and run both tests on them."""
    sizes = np.sort(np.exp(rng.normal(0, 1.2, n)))
    pool = {"any": n}.get(where, max(k, n // 10))
    drawn = rng.choice(pool, k, replace=False)
    treated = np.isin(np.arange(n), n - 1 - drawn if where == "largest" else drawn)
    changes = rng.normal(size=n) * (1 if noise == "alike" else np.sqrt(0.2 + 1 / sizes))
    seed = int(rng.integers(2**32))
    wild = randomise(changes, treated, None, "wild", 0.95, seed, DRAWS)
    frame = pd.DataFrame({"y": changes, "d": treated.astype(float), "territory": np.arange(n)})
    fit = regression(
        frame, outcome="y", regressors=["d"], cluster="territory", covariance_type="crv3"
    )
    value, error = fit["d"]
    return wild.p <= 0.05, 2 * t.sf(abs(value) / error, n - 1) <= 0.05


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--territories", type=int, default=100)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    print("| noise | treated from | treated | wild | crv3 |\n|---|---|---|---|---|")
    for noise, where in CASES:
        for k in (5, 10, 15, 20, 30):
            found = [
                rejects(rng, options.territories, k, noise, where) for _ in range(options.repeats)
            ]
            wild, crv3 = np.mean(found, axis=0)
            print(f"| {noise} | {where} | {k} | {wild:.3f} | {crv3:.3f} |", flush=True)


if __name__ == "__main__":
    main()
