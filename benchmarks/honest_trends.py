"""Honest trends against moderndid: agreement and CPU time, both sides in one run.

    python benchmarks/honest_trends.py

moderndid is no dependency: install it in an environment of its own, with this package beside it.
Its `compute_conditional_cs_rm` (0.2.0) leaves out the earliest pre-period difference, which the
reference R code includes. It is added here by moderndid's own function for one difference, given
the matrix it refuses to build, so that both sides answer the same question; the time is that of
the public function, which does less.

Its least-favourable value comes from 1000 draws, so that ends may differ by a step or two of its
grid; given 20,000 draws they agree within one. Its fixed-length interval at m = 0 stops at its
solver's tolerance (3e-4); ours is the generalised least squares one, which a test holds. Memory is
the most the process held so far, libraries included.
"""

import resource
import time
import warnings

import numpy as np

from toolkit.designs.honest_trends import honest_trends

# Seed, pre-periods, post-periods, weights. With one post-period moderndid 0.2.0 fails.
STUDIES = (
    (1, 3, 2, "first"),
    (2, 4, 3, "average"),
    (3, 2, 2, "first"),
    (4, 5, 2, "average"),
    (5, 3, 4, "first"),
)
RELATIVE_GRID = (0.5, 1.0, 1.5, 2.0)
SMOOTHNESS_GRID = (0.0, 0.05, 0.1, 0.2)
LINE = "{:>5} {:>11} {:>5} {:>18} {:>18} {:>11}"


def simulated_study(seed: int, n_pre: int, n_post: int) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients with a common reference period's error, an effect of 1 and a trend."""
    rng = np.random.default_rng(seed)
    n = n_pre + n_post
    errors = rng.normal(size=(3 * n, n)) * 0.15
    covariance = errors.T @ errors / (3 * n) + 0.01
    trend = 0.05 * np.concatenate([np.arange(-n_pre, 0), np.arange(1, n_post + 1)])
    effect = np.repeat([0.0, 1.0], [n_pre, n_post])
    return trend + effect + rng.multivariate_normal(np.zeros(n), covariance), covariance


def timed(function, *args, **kwargs):
    """Return a call's result and its CPU seconds."""
    start = time.process_time()
    result = function(*args, **kwargs)
    return result, time.process_time() - start


def most_memory() -> str:
    """Return the most memory this process ever held."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def earliest_difference_matrix(
    num_pre_periods, num_post_periods, m_bar, s, max_positive, drop_zero_period=True
):
    """Return A of "A delta <= 0", the earliest difference being the greatest (`s` is ignored)."""
    periods = num_pre_periods + num_post_periods + 1
    first = np.delete(np.diff(np.eye(periods), axis=0), num_pre_periods, axis=1)
    multiples = np.where(np.arange(periods - 1) < num_pre_periods, 1.0, m_bar)
    bounds = np.outer(multiples, first[0] if max_positive else -first[0])
    matrix = np.concatenate([first - bounds, -first - bounds])
    return matrix[matrix.any(axis=1)]


def oracle_relative(beta, covariance, n_pre, n_post, weights, m):
    """Return moderndid's interval, completed; the seconds of its public function; its grid step."""
    from unittest import mock

    from moderndid.didhonest.delta.rm import rm

    shape = {"num_pre_periods": n_pre, "num_post_periods": n_post, "l_vec": weights, "m_bar": m}
    found, seconds = timed(rm.compute_conditional_cs_rm, beta, covariance, seed=0, **shape)
    thetas, accepted = found["grid"], found["accept"] > 0
    grid = {"grid_points": len(thetas), "grid_lb": thetas[0], "grid_ub": thetas[-1]}
    test = {"alpha": 0.05, "hybrid_flag": "LF", "hybrid_kappa": 0.005, "seed": 0}
    name = "_create_relative_magnitudes_constraint_matrix"
    with mock.patch.object(rm, name, earliest_difference_matrix):
        for positive in (True, False):
            earliest = rm._compute_conditional_cs_rm_fixed_s(
                s=-n_pre,
                max_positive=positive,
                betahat=beta,
                sigma=covariance,
                post_period_moments_only=True,
                **shape,
                **grid,
                **test,
            )
            accepted |= earliest["accept"] > 0
    inside = thetas[accepted]
    return (inside[0], inside[-1]), seconds, thetas[1] - thetas[0]


def oracle_smoothness(beta, covariance, n_pre, n_post, weights, m):
    """Return moderndid's fixed-length interval, its seconds, and no grid step."""
    from moderndid.didhonest.fixed_length_ci import compute_flci

    found, seconds = timed(compute_flci, beta, covariance, m, n_pre, n_post, weights)
    return found.flci, seconds, 0.0


def compare(study, restriction: str, grid, oracle) -> tuple[float, float]:
    """Print a line for each m; return both sides' seconds. Ours include the breakdown value."""
    seed, n_pre, n_post, kind = study
    beta, covariance = simulated_study(seed, n_pre, n_post)
    weights = np.eye(n_post)[0] if kind == "first" else np.full(n_post, 1 / n_post)
    options = {"n_pre": n_pre, "weights": weights, "restriction": restriction, "grid": grid}
    result, seconds = timed(honest_trends, beta, covariance, **options)
    total = 0.0
    for m, *ours in result.frame.itertuples(index=False):
        theirs, their_seconds, step = oracle(beta, covariance, n_pre, n_post, weights, m)
        gap = np.abs(np.array(ours) - theirs).max()
        shown = [f"[{low:.4f}, {high:.4f}]" for low, high in (ours, theirs)]
        gap_shown = f"{gap / step:.2f} steps" if step else f"{gap:.1e}"
        print(LINE.format(seed, restriction, m, *shown, gap_shown), flush=True)
        total += their_seconds
    print(f"      {seconds:.3f} s, moderndid {total:.2f} s: {total / seconds:.0f}x", flush=True)
    return seconds, total


def main() -> None:
    """Compare on every study and print the totals."""
    warnings.simplefilter("ignore")
    # What is made once a process is not what is measured.
    for restriction in ("relative", "smoothness"):
        beta, covariance = simulated_study(5, 3, 4)
        honest_trends(beta, covariance, n_pre=3, grid=[0, 1], restriction=restriction)
    print(f"memory, ours alone: {most_memory()}")
    try:
        import moderndid
    except ImportError:
        raise SystemExit("moderndid is not installed here: nothing to compare with.") from None
    print(f"moderndid {moderndid.__version__}")
    print(LINE.format("seed", "restriction", "m", "ours", "moderndid", "gap"))
    for restriction, grid, oracle in (
        ("relative", RELATIVE_GRID, oracle_relative),
        ("smoothness", SMOOTHNESS_GRID, oracle_smoothness),
    ):
        times = [compare(study, restriction, grid, oracle) for study in STUDIES]
        ours, theirs = np.sum(times, axis=0)
        print(f"{restriction}: {ours:.2f} s, moderndid {theirs:.2f} s: {theirs / ours:.0f}x")
    print(f"memory, with moderndid: {most_memory()}")


if __name__ == "__main__":
    main()
