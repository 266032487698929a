"""How often each inference rejects a true null, and how often its interval covers: by simulation.

Usage::

    python benchmarks/inference_size.py [--repeats 1000] [--territories 100]

Panels of some territories and 20 periods, serial correlation .6, treated in the second half; noise
alike for all, or of variance .2 + 1 / size. Treated are drawn from all territories, or from the
smallest or largest decile. Prints a markdown table; docs/inference.md keeps the last one.
"""

import argparse

import numpy as np

from toolkit.designs.randomisation import randomisation, size_adjusted

PERIODS, RHO = 20, 0.6


def changes_of(rng: np.random.Generator, scale: np.ndarray) -> np.ndarray:
    """Draw the change of each territory from the first half of the periods to the second."""
    noise = rng.normal(size=(len(scale), PERIODS))
    for period in range(1, PERIODS):
        noise[:, period] = RHO * noise[:, period - 1] + np.sqrt(1 - RHO**2) * noise[:, period]
    noise *= scale[:, None]
    half = PERIODS // 2
    return noise[:, half:].mean(axis=1) - noise[:, :half].mean(axis=1)


def run(n: int, k: int, noise: str, where: str, repeats: int, rng: np.random.Generator) -> dict:
    """Return the rejection rates and coverages of one case."""
    size = np.exp(rng.normal(size=n))
    order = np.argsort(size)
    pool = {"any": order, "smallest": order[: n // 10], "largest": order[-(n // 10) :]}[where]
    scale = np.sqrt(0.2 + 1 / size) if noise == "by size" else np.full(n, 1.0)
    counts = {"plain": [0, 0], "adjusted": [0, 0]}
    for _ in range(repeats):
        treated = np.zeros(n, bool)
        treated[rng.choice(pool, k, replace=False)] = True
        changes = changes_of(rng, scale)
        tests = {
            "plain": randomisation(changes, treated, rng=rng, draws=999),
            "adjusted": size_adjusted(changes, treated, size, rng=rng, draws=999),
        }
        for name, test in tests.items():
            counts[name][0] += test.p <= 0.05
            counts[name][1] += test.low <= 0 <= test.high
    return {name: [count / repeats for count in pair] for name, pair in counts.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--territories", type=int, default=100)
    options = parser.parse_args()
    rng = np.random.default_rng(20131107)
    print("| noise | treated from | treated | plain: size | coverage | adjusted: size | coverage |")
    print("|---|---|---|---|---|---|---|")
    for noise in ("alike", "by size"):
        for where in ("any", "smallest", "largest"):
            for k in (1, 2, 3, 5, 10):
                rates = run(options.territories, k, noise, where, options.repeats, rng)
                cells = [f"{rate:.3f}" for name in rates for rate in rates[name]]
                print(f"| {noise} | {where} | {k} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
