"""How often the intervals of a cost per case, and of a cost per unit of effect, cover: simulation.

Usage::

    python benchmarks/cost.py [--repeats 4000]

Territories serve 80 to 220 cases (uniform) and spend 1,000 euros, 20 a case, and a noise of 300: a
case costs 26.67 on average. For the unit of effect, territories gain 30 (treated) or 0, standard
deviation 8, at 50 euros a unit with a noise of 200. Prints two markdown tables, which
docs/methods/cost.md keeps.
"""

import argparse

import numpy as np
import pandas as pd

from toolkit.designs.cost_effectiveness_by_territory import cost_effectiveness_by_territory
from toolkit.designs.cost_per_case import cost_per_case


def cases_covered(n: int, repeats: int, rng: np.random.Generator) -> list[float]:
    """Return the coverage of Fieller's interval, how often it is unbounded, and the bootstrap's."""
    counts = np.zeros(3)
    for _ in range(repeats):
        cases = pd.Series(rng.uniform(80, 220, size=n))
        costs = 1000 + 20 * cases + rng.normal(0, 300, size=n)
        fieller = cost_per_case(costs, cases)
        counts[:2] += fieller.low <= 4000 / 150 <= fieller.high, np.isinf(fieller.low)
        # As cost_per_case does, which refuses it below twenty territories: here is why.
        rows = rng.integers(n, size=(999, n))
        ratios = costs.to_numpy()[rows].sum(axis=1) / cases.to_numpy()[rows].sum(axis=1)
        low, high = np.quantile(ratios, [0.025, 0.975])
        counts[2] += low <= 4000 / 150 <= high
    return list(counts / repeats)


def ratio_covered(n: int, others: int, repeats: int, rng: np.random.Generator) -> float:
    """Return the coverage of the interval of a cost per unit, from the territories themselves."""
    treated = np.arange(n + others) < n
    covered = 0
    for _ in range(repeats):
        gain = 30.0 * treated + rng.normal(0, 8, size=n + others)
        price = np.where(treated, 50 * gain + rng.normal(0, 200, size=n + others), 0.0)
        table = pd.DataFrame({"gain": gain, "price": price, "treated": treated})
        result = cost_effectiveness_by_territory(
            table, effect="gain", cost="price", treated="treated", better="higher"
        )
        covered += result.ratio_low <= 50 <= result.ratio_high
    return covered / repeats


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=4000)
    options = parser.parse_args()
    rng = np.random.default_rng(20131107)
    print("| territories | Fieller | unbounded | bootstrap |\n|---|---|---|---|")
    for n in (2, 3, 5, 10, 20):
        fieller, unbounded, drawn = cases_covered(n, options.repeats, rng)
        print(f"| {n} | {fieller:.3f} | {unbounded:.3f} | {drawn:.3f} |", flush=True)
    print("\n| treated | comparison | cost per unit |\n|---|---|---|")
    for n, others in ((5, 5), (5, 20), (10, 20), (20, 40)):
        print(f"| {n} | {others} | {ratio_covered(n, others, options.repeats, rng):.3f} |")


if __name__ == "__main__":
    main()
