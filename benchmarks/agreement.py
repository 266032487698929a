"""How often intervals of agreement cover, and how often projects are separated, wrongly or rightly.

Usage::

    python benchmarks/agreement.py [--repeats 1000]

Scores are normal, with a known share of variance between units (the intraclass correlation), cut
into scores from 0 to 3 where alpha is measured; its true value is that of 400,000 units. Prints
markdown tables; docs/methods/agreement.md keeps the last ones. Ends with the time of a bootstrap.
"""

import argparse
import time
from dataclasses import replace

import numpy as np
import pandas as pd

from toolkit.designs.agreement import krippendorff_alpha
from toolkit.designs.intraclass import intraclass_correlation
from toolkit.designs.ranking import rank_projects
from toolkit.designs.ratings import RatingMatrix

SEED = 20131107
# Where normal scores are cut: scores well spread, and scores near the top as juries give them.
CUTS = {"spread": (-1.5, -0.5, 0.5), "near the top": (-2.0, -1.2, -0.3)}


def matrix_of(codes: np.ndarray, categories: np.ndarray) -> RatingMatrix:
    """Return integer codes as a matrix of ratings, each unit its own cluster."""
    n, k = codes.shape
    return RatingMatrix(codes, categories, pd.RangeIndex(n), pd.RangeIndex(k), np.arange(n))


def scored(values: np.ndarray, cuts: tuple) -> RatingMatrix:
    """Cut normal values into scores from 0 to 3."""
    return matrix_of(np.searchsorted(cuts, values), np.arange(len(cuts) + 1))


def exact(values: np.ndarray) -> RatingMatrix:
    """Return values as they are."""
    categories, codes = np.unique(values, return_inverse=True)
    return matrix_of(codes.reshape(values.shape), categories)


def normal(n, k, icc, rng, *, strictness=0.0) -> np.ndarray:
    """Draw n units by k raters; `strictness` is the share of variance between raters."""
    units = np.sqrt(icc) * rng.normal(size=(n, 1))
    raters = np.sqrt(strictness) * rng.normal(size=(1, k))
    return units + raters + np.sqrt(1 - icc - strictness) * rng.normal(size=(n, k))


def alpha_coverage(repeats: int, rng: np.random.Generator) -> None:
    """Print the coverage of the two intervals of alpha."""
    print("| scores | units | raters | true alpha | jackknife | bootstrap | no interval |")
    print("|---|---|---|---|---|---|---|")
    for name, cuts in CUTS.items():
        for icc in (0.3, 0.7):
            whole = scored(normal(400_000, 2, icc, rng), cuts)
            true = krippendorff_alpha(whole, method="bootstrap", draws=1).value
            for n in (5, 10, 20, 50):
                for k in (3, 6):
                    hits, given = {"jackknife": 0, "bootstrap": 0}, 0
                    for _ in range(repeats):
                        ratings = scored(normal(n, k, icc, rng), cuts)
                        both = {m: krippendorff_alpha(ratings, method=m, draws=500) for m in hits}
                        if both["jackknife"].low is None:
                            continue
                        given += 1
                        for m, a in both.items():
                            hits[m] += a.low <= true <= a.high
                    rates = " | ".join(f"{hit / given:.3f}" for hit in hits.values())
                    none = f"{1 - given / repeats:.3f}"
                    print(f"| {name} | {n} | {k} | {true:.2f} | {rates} | {none} |", flush=True)


def projects_coverage(repeats: int, rng: np.random.Generator) -> None:
    """Print coverage where units are the five criteria of projects, each with its own raters."""
    print("\n| projects | raters | true alpha | projects left out | criteria left out |")
    print("|---|---|---|---|---|")

    def drawn(projects: int, k: int) -> RatingMatrix:
        criteria = np.array([0.8, 0.2, 0.2, 0.0, -1.0])[None, :, None]
        strict = 0.5 * rng.normal(size=(projects, 1, k))
        liked = 0.4 * rng.normal(size=(projects, 1, 1))
        values = criteria + strict + liked + 0.6 * rng.normal(size=(projects, 5, k))
        return scored(values.reshape(-1, k), CUTS["near the top"])

    true = krippendorff_alpha(drawn(80_000, 2), method="bootstrap", draws=1).value
    for projects in (6, 12, 24):
        for k in (3, 6):
            hits = np.zeros(2)
            for _ in range(repeats):
                units = drawn(projects, k)
                by_project = replace(units, clusters=np.repeat(np.arange(projects), 5))
                found = [krippendorff_alpha(m) for m in (by_project, units)]
                hits += [a.low <= true <= a.high for a in found]
            rates = " | ".join(f"{hit / repeats:.3f}" for hit in hits)
            print(f"| {projects} | {k} | {true:.2f} | {rates} |", flush=True)


def icc_coverage(repeats: int, rng: np.random.Generator) -> None:
    """Print the coverage of the intervals of ICC, on normal values, raters alike or not."""
    print(
        "\n| units | raters | true ICC | (1,1) | (C,1) | (A,1) | strict raters | the same, usual |"
    )
    print("|---|---|---|---|---|---|---|---|")
    strict = ("A,1", "generalised"), ("A,1", "satterthwaite")
    for icc in (0.3, 0.7):
        for n in (5, 10, 30):
            for k in (3, 6, 15):
                hits = np.zeros(5)
                for _ in range(repeats):
                    alike = exact(normal(n, k, icc, rng))
                    apart = exact(normal(n, k, icc, rng, strictness=0.2))
                    cases = [(alike, f, "generalised") for f in ("1,1", "C,1", "A,1")]
                    cases += [(apart, *case) for case in strict]
                    found = [
                        intraclass_correlation(r, form=f, method=m, draws=1_000)
                        for r, f, m in cases
                    ]
                    hits += [a.low <= icc <= a.high for a in found]
                rates = " | ".join(f"{hit / repeats:.3f}" for hit in hits)
                print(f"| {n} | {k} | {icc} | {rates} |", flush=True)


def separation(repeats: int, rng: np.random.Generator) -> None:
    """Print how often projects that are alike are separated, and how often one above is found."""
    print(
        "\n| raters | the same for all | alike | one contested | one a point above: found | wrong |"
    )
    print("|---|---|---|---|---|---|")
    for k in (3, 4, 6, 12):
        for shared in (False, True):
            counts = np.zeros(4)
            for _ in range(repeats):
                for column, (shift, spread) in enumerate([(0, 1), (0, 2), (1, 1)]):
                    ratings = jury(6, 5, k, shared, shift, spread, rng)
                    pairs = rank_projects(ratings, draws=4_000).pairs
                    best = pairs.higher[pairs.separated] == "P0"
                    counts[column] += best.any() if shift else len(best) > 0
                    counts[3] += shift > 0 and not best.all()
            rates = " | ".join(f"{count / repeats:.3f}" for count in counts)
            print(f"| {k} | {'yes' if shared else 'no'} | {rates} |", flush=True)


def jury(projects, criteria, k, shared, shift, spread, rng) -> pd.DataFrame:
    """Draw scores; the first project's are `shift` points higher, `spread` times as scattered."""
    raters = rng.normal(size=(1 if shared else projects, k, 1)) * 0.5
    apart = raters + 0.7 * rng.normal(size=(projects, k, criteria))
    apart[0] *= spread
    values = 1.6 + apart
    values[0] += shift
    scores = np.clip(np.round(values), 0, 3).astype(int)
    return pd.DataFrame(
        [
            (f"P{p}", f"C{c}", f"{'' if shared else p}r{r}", scores[p, r, c])
            for p, r, c in np.ndindex(scores.shape)
        ],
        columns=["project", "criterion", "rater", "score"],
    )


def speed(rng: np.random.Generator) -> None:
    """Print the CPU time of a bootstrap of alpha."""
    ratings = scored(normal(60, 6, 0.5, rng), CUTS["spread"])
    for metric in ("nominal", "ordinal", "interval", "ratio"):
        start = time.process_time()
        krippendorff_alpha(ratings, metric=metric, method="bootstrap", draws=2_000)
        print(f"2,000 draws, 60 units, 6 raters, {metric}: {time.process_time() - start:.3f} s")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=1000)
    repeats = parser.parse_args().repeats
    rng = np.random.default_rng(SEED)
    alpha_coverage(repeats, rng)
    icc_coverage(repeats, rng)
    separation(max(repeats // 4, 1), np.random.default_rng(SEED))
    projects_coverage(repeats, np.random.default_rng(SEED))
    print()
    speed(rng)


if __name__ == "__main__":
    main()
