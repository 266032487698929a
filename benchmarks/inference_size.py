"""How often each inference rejects a true null, finds an effect, and covers it: by simulation.

Usage::

    python benchmarks/inference_size.py [--repeats 1000] [--territories 100 1250] [--workers 2]
        [--designs simultaneous staggered] [--treated 1 2 3 5 10]

Panels of 20 periods, serial correlation .6; noise alike for all (standard deviation 1), or of
variance .2 + 1 / size, sizes lognormal with a median of 1. All treated from the eleventh period on,
or staggered: one after the other in the periods 8, 11, 14, 17, over again. They are drawn from all
territories, or from the smallest or the largest tenth. What is run is the default, without and
with sizes: permutation, plain or adjusted; from ten treated at one date on, the wild bootstrap in
both. 999 draws where assignments are drawn. Size is the share of true nulls rejected at 5 %; power
and coverage are for an effect of 1, the standard deviation of the noise of a period (at the median
size 1.1 where noise depends on size).

Each row has its own seed: it is the same whatever the workers. Prints markdown tables;
docs/methods/inference-size.md keeps the last ones, and inference_summary.py sums them up.
"""

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from typing import NamedTuple

import numpy as np

PERIODS, RHO, EFFECT, DRAWS = 20, 0.6, 1.0, 999
DATES = (7, 10, 13, 16)  # Counted from 0.


class Case(NamedTuple):
    """A row of the table."""

    design: str
    territories: int
    noise: str
    treated_from: str
    treated: int


def cases(designs: list[str], territories: list[int], treated: list[int]) -> list[Case]:
    """List the rows in the order they are printed."""
    return [
        Case(*row)
        for row in product(
            designs,
            territories,
            ("alike", "by size"),
            ("any", "smallest", "largest"),
            treated,
        )
    ]


def noise_of(rng: np.random.Generator, scale: np.ndarray) -> np.ndarray:
    """Draw stationary series of these standard deviations, shape (n_territories, PERIODS)."""
    noise = rng.normal(size=(len(scale), PERIODS))
    for period in range(1, PERIODS):
        noise[:, period] = RHO * noise[:, period - 1] + np.sqrt(1 - RHO**2) * noise[:, period]
    return noise * scale[:, None]


def adoption_of(case: Case, size: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw who is treated, and when: index of the period, PERIODS for never."""
    order, tenth = np.argsort(size), case.territories // 10
    pool = {"any": order, "smallest": order[:tenth], "largest": order[-tenth:]}[case.treated_from]
    adoption = np.full(case.territories, PERIODS)
    dates = DATES if case.design == "staggered" else (PERIODS // 2,)
    adoption[rng.choice(pool, case.treated, replace=False)] = np.resize(dates, case.treated)
    return adoption


def tests_of(
    design: str, outcome: np.ndarray, adoption: np.ndarray, size: np.ndarray, rng
) -> list[tuple]:
    """Return p and interval of both defaults: without sizes, with them."""
    from toolkit.designs.did import randomise
    from toolkit.designs.group_time import Study
    from toolkit.designs.inference import choose_inference
    from toolkit.designs.staggered import group_time_effects

    found = []
    if design == "simultaneous":
        half, treated = PERIODS // 2, adoption < PERIODS
        changes = outcome[:, half:].mean(axis=1) - outcome[:, :half].mean(axis=1)
        n, run_once = int(treated.sum()), {}
        for sizes in (None, size):
            chosen, _ = choose_inference(n, len(size) - n, sizes_known=sizes is not None)
            if chosen not in run_once:
                seed = int(rng.integers(2**32))
                options = (chosen, 0.95, seed, DRAWS)
                run_once[chosen] = randomise(changes, treated, sizes, *options)
            found.append(run_once[chosen])
    else:
        covariates, names = np.zeros((*outcome.shape, 0)), np.arange(len(outcome))
        study = Study(outcome, adoption, covariates, "never", 0, 0.995, "varying", size)
        effects = group_time_effects(study, names, np.arange(PERIODS))
        found = [
            effects.aggregate("simple", inference=inference, rng=rng, draws=DRAWS)
            for inference in ("placebo", "auto")
        ]
    return [(test.p, test.low, test.high) for test in found]


def run(case: Case, repeats: int) -> tuple[np.ndarray, float]:
    """Return size, power and coverage of both defaults, shape (2, 3), and the CPU time."""
    start = time.process_time()
    rng = np.random.default_rng([20131107, *map(ord, "".join(map(str, case)))])
    counts = np.zeros((2, 3))
    for _ in range(repeats):
        size = np.exp(rng.normal(size=case.territories))
        scale = np.sqrt(0.2 + 1 / size) if case.noise == "by size" else np.ones(len(size))
        outcome, adoption = noise_of(rng, scale), adoption_of(case, size, rng)
        for which, (p, _, _) in enumerate(tests_of(case.design, outcome, adoption, size, rng)):
            counts[which, 0] += p <= 0.05
        outcome += EFFECT * (np.arange(PERIODS) >= adoption[:, None])
        for which, (p, low, high) in enumerate(tests_of(case.design, outcome, adoption, size, rng)):
            counts[which, 1:] += p <= 0.05, low <= EFFECT <= high
    return counts / repeats, time.process_time() - start


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--territories", type=int, nargs="+", default=[100, 1250])
    parser.add_argument("--designs", nargs="+", default=["simultaneous", "staggered"])
    parser.add_argument("--treated", type=int, nargs="+", default=[1, 2, 3, 5, 10])
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    rows = cases(options.designs, options.territories, options.treated)
    title, seconds = None, 0.0
    with ProcessPoolExecutor(options.workers) as pool:
        for case, (rates, spent) in zip(
            rows, pool.map(run, rows, [options.repeats] * len(rows)), strict=True
        ):
            if case[:2] != title:
                title = case[:2]
                print(f"\n{case.design.capitalize()}, {case.territories} territories:\n")
                print(
                    "| noise | from | treated | without sizes: size | power | coverage "
                    "| with sizes: size | power | coverage |"
                )
                print("|---|---|---|---|---|---|---|---|---|")
            cells = " | ".join(f"{rate:.3f}" for rate in rates.ravel())
            print(f"| {' | '.join(map(str, case[2:]))} | {cells} |", flush=True)
            seconds += spent
    print(f"\n{options.repeats} repeats: {seconds:.0f} s of CPU time in all")


if __name__ == "__main__":
    main()
