"""Permutation difference-in-differences against diff-diff: agreement and CPU time, in one run.

    python benchmarks/permutation_did.py

diff-diff is no dependency: install it in an environment of its own, with this package beside it;
without it only our time is printed. The panel has 100 territories and 20 years, 3 treated in the
second half; both sides estimate the 2x2 effect and its p from 999 random assignments, data frame to
result. Ours would list all 161,700 assignments here: its limit is lowered so that it draws as many
as the peer does, and the time of the full list is printed beside. Both start once unmeasured.
Memory is the most the process held so far, libraries included.
"""

import resource
import time
import warnings
from unittest import mock

import numpy as np
import pandas as pd

from toolkit.designs import randomisation
from toolkit.designs.did import difference_in_differences

TERRITORIES, YEARS, TREATED, DRAWS, TIMED = 100, 20, 3, 999, 20


def simulated_panel(seed: int = 20131107) -> pd.DataFrame:
    """Return a panel with territory and year effects and an effect of 0.5."""
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product(
        [range(TERRITORIES), range(2000, 2000 + YEARS)], names=["territory", "period"]
    )
    panel = grid.to_frame(index=False)
    start = 2000 + YEARS // 2
    panel["treated"] = (panel.territory < TREATED).astype(int)
    panel["post"] = (panel.period >= start).astype(int)
    panel["adoption"] = np.where(panel.treated == 1, start, np.nan)
    noise = rng.normal(size=(TERRITORIES, YEARS)) + rng.normal(size=(TERRITORIES, 1))
    panel["y"] = (noise + rng.normal(size=YEARS)).ravel() + 0.5 * panel.treated * panel.post
    return panel


def ours(panel: pd.DataFrame):
    """Return our estimate with drawn assignments."""
    with mock.patch.object(randomisation, "MOST_EXACT", 0):
        return difference_in_differences(panel, outcome="y", draws=DRAWS)


def theirs(panel: pd.DataFrame, draws: int = DRAWS):
    """Return diff-diff's permutation test."""
    from diff_diff import permutation_test

    return permutation_test(
        panel,
        outcome="y",
        treatment="treated",
        post="post",
        unit="territory",
        n_permutations=draws,
        seed=1,
    )


def timed(task, times: int = 1):
    """Return a task's result and the CPU seconds of one of `times` runs."""
    start = time.process_time()
    for _ in range(times):
        result = task()
    return result, (time.process_time() - start) / times


def most_memory() -> str:
    """Return the most memory this process ever held."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def main() -> None:
    """Print both sides and the ratio of their times."""
    panel = simulated_panel()
    ours(panel)
    mine, seconds = timed(lambda: ours(panel), TIMED)
    listed, seconds_listed = timed(lambda: difference_in_differences(panel, outcome="y"), 3)
    print(f"ours, {DRAWS} draws: effect {mine.value:.4f}, p {mine.p:.4f}, {seconds:.4f} s")
    print(f"ours, all 161,700 assignments: p {listed.p:.4f}, {seconds_listed:.4f} s")
    print(f"memory, ours alone: {most_memory()}")
    try:
        import diff_diff
    except ImportError:
        print("diff-diff is not installed: no ratio")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs(panel, 9)
        peer, peer_seconds = timed(lambda: theirs(panel))
    name = f"diff-diff {diff_diff.__version__}"
    effect = f"effect {peer.original_effect:.4f}, p {peer.p_value:.4f}"
    print(f"{name}, {DRAWS} permutations: {effect}, {peer_seconds:.3f} s")
    print(f"ratio: {peer_seconds / seconds:.0f} x, to all assignments "
          f"{peer_seconds / seconds_listed:.0f} x")  # fmt: skip
    print(f"memory, with diff-diff: {most_memory()}")


if __name__ == "__main__":
    main()
