"""How much is hidden beside what must be, and how long it takes, on the real geography.

Counts are drawn for every commune and published by EPCI, département, région and France, period by
period. Run it with `python benchmarks/disclosure.py [periods]`.
"""

import sys
import time

import numpy as np
import pandas as pd

from toolkit.records.limits import load_limits
from toolkit.records.protect import protect_observations
from toolkit.records.secrecy import with_limits
from toolkit.records.sums import sums_of
from toolkit.records.territories import load_territories

# Mean count of a commune: the fewer, the more EPCI have under eleven.
MEANS = (4.0, 1.0)
INDICATORS = pd.DataFrame(
    {"indicator": ["aides"], "unit": "count", "min_count": 11, "censored_below": np.nan}
)


def published(mean: float, period: str, generator: np.random.Generator) -> pd.DataFrame:
    """Draw counts of communes, unequal as these are, and add them up level by level."""
    communes = load_territories("COM")
    counts = pd.Series(generator.poisson(generator.gamma(0.25, 4 * mean, len(communes))))
    sums = {
        level: counts.groupby(communes[column]).sum()
        for level, column in (("EPCI", "epci"), ("DEP", "department"), ("REG", "region"))
    }
    parts = [pd.Series(s.to_numpy(), level + "-" + s.index) for level, s in sums.items()]
    values = pd.concat([*parts, pd.Series({"FR": counts.sum()})]).astype("float64")
    frame = values.rename_axis("territory").reset_index(name="value")
    return frame.assign(
        indicator="aides", period=period, n=np.nan, status="ok", source="simulation"
    )


def main(periods: int = 5) -> None:
    """Print a line a density."""
    print("mean | cells | small | given back if hidden alone | hidden in addition | left | seconds")
    for mean in MEANS:
        generator = np.random.default_rng(20261127)
        parts = [published(mean, str(2010 + i), generator) for i in range(periods)]
        cells = pd.concat(parts, ignore_index=True)
        small = (cells.value > 0) & (cells.value < 11)
        alone = cells.assign(
            value=cells.value.mask(small), status=cells.status.mask(small, "secret")
        )
        start = time.process_time()
        found = protect_observations(cells, INDICATORS, limits=load_limits())
        seconds = time.process_time() - start
        rules = found.decisions.rule.value_counts()
        row = (mean, len(cells), rules.get("min_count", 0), given_back(alone))
        row += (rules.get("complement", 0), given_back(found.observations), f"{seconds:.0f}")
        print(" | ".join(map(str, row)), flush=True)


def given_back(observations: pd.DataFrame) -> int:
    """Count the cells that say too much."""
    cells = with_limits(observations, INDICATORS, load_limits())
    return sum(len(sums.narrow_rows(cells.status == "secret")) for sums in sums_of(cells))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
