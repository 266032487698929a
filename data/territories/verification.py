"""Is the census year of each series what we say? One row of evidence a year, and checks that fail.

- The total without Mayotte is compared with what Insee published, where we hold it.
- The totals of the year's ``epci.json`` (DGCL) are compared with the sums of ``communes.json``
  (Insee's files): two producers, joined only by being of the same census.
- The two commune series are compared commune by commune. Two different census years agree on
  less than 9 % of communes, so that agreement names the year.

A census year for which no second series exists is "provisional".
"""

from collections import Counter

import pandas as pd
from packages import BuildError
from population import (
    MAIN,
    MAYOTTE,
    PROVISIONAL,
    SECOND,
    YEARS,
    Block,
    Geography,
    Series,
    Unit,
    units,
    year_blocks,
)

# Population of France without Mayotte as Insee published it, to the nearest thousand, read in what
# relays it: Insee Focus 138 (2016), the release of 19 December 2024 (2022), Insee Focus 374 (2023).
PUBLISHED = {2016: 66_362_000, 2022: 67_761_000, 2023: 68_094_000}
PUBLISHED_PRECISION = 500
# Régions of 2023, from the titles of Insee's regional studies (information 8683652): those printed
# to the inhabitant. La Réunion is printed 889,700, to the hundred; ours is 889,679.
PUBLISHED_REGIONS_2023 = {
    "01": 384_160,
    "02": 360_630,
    "03": 293_996,
    "11": 12_463_067,
    "27": 2_802_670,
    "53": 3_449_370,
    "94": 355_486,
}
EPCI_FILES = {2016: "0.3.0", 2018: "1.1.1", 2019: "2.3.1", 2020: "3.1.1", 2021: "4.0.0"}
EPCI_FILES |= {2017: "0.8.0", 2022: "6.0.0"}
LEAST_SHARE_EQUAL = 0.999
LEAST_EPCI_EQUAL = 0.985  # 2021: the second series has lost communes merged on 2024-01-01
MOST_GAP_2017 = 0.03  # the one year whose communes no package gives
REMARKS = {
    2016: "0.3.0 adds merged communes up, 0.5.1 to 0.8.0 lose them (66132540): stale, not used. "
    "Mayotte has no figure in communes.json 0.3.0: census of 2017 carried back.",
    2017: "EPCI totals only; communes nd. Totals of départements and régions that cut an EPCI of "
    "2020 are imputed; the four islands outside any EPCI are interpolated (2016, 2019).",
    2018: "No second series: the members are compared with their own file's totals. The four "
    "islands outside any EPCI are interpolated (2016, 2019).",
    2019: "communes.json 1.1.1 agrees; 2.0.0 to 2.2.1 repeat it less the merged: not used.",
    2020: "communes.json 2.3.1 agrees; 3.0.0 and 3.1.1 repeat it less the merged: not used.",
    2021: "communes.json 4.0.0 is stale where communes merged or split on 2024-01-01 (13); the "
    "members of epci.json are not.",
    2022: "communes.json 4.1.0 agrees; 5.0.1 and 5.2.0 repeat it less the merged: not used.",
    2023: "One series only, and no EPCI file of this census: provisional. The seven régions whose "
    "exact population Insee has in its titles are equal to it.",
}


def build_verification(geography: Geography, population: pd.DataFrame) -> pd.DataFrame:
    """Build the table of evidence, one row a census year, and hold it to the stated checks.

    Raises
    ------
    BuildError
        A stated check does not hold. All that fail are named.
    """
    table = pd.DataFrame([_evidence(geography, population, year) for year in YEARS])
    whole = ["epci_total", "epci_max_difference", "second_max_difference"]
    for column in [*whole, "published_without_mayotte"]:
        table[column] = table[column].astype("Int64")
    check_evidence(table, largest_gap_2017(population), regions_2023(population))
    return table


def regions_2023(population: pd.DataFrame) -> dict[str, int]:
    """Return the population of each région in 2023, by code."""
    rows = population[(population["level"] == "REG") & (population["year"] == 2023)]
    return dict(zip(rows["code"], rows["population"].astype(int), strict=True))


def largest_gap_2017(population: pd.DataFrame) -> float:
    """Return how far, in share, an EPCI's 2017 is at most from the mean of 2016 and 2018."""
    epci = population[population["level"] == "EPCI"]
    wide = epci.pivot(index="code", columns="year", values="population").astype(float)
    return float((2 * wide[2017] / (wide[2016] + wide[2018]) - 1).abs().max())


def _evidence(geography: Geography, population: pd.DataFrame, year: int) -> dict:
    main, second = MAIN[year], SECOND.get(year)
    rows = population[population["year"] == year]
    towns = rows[rows["level"] == "COM"]
    total = int(rows.loc[rows["level"] == "FR", "population"].iloc[0])
    mayotte = int(towns.loc[towns["department"] == MAYOTTE, "population"].sum())
    return {
        "year": year,
        "status": "provisional" if year in PROVISIONAL else "verified",
        "series": "EPCI totals" if main.name == "epci" else "communes",
        "package": main.version,
        "file": main.file,
        "field": main.field,
        "communes": int(towns["population"].notna().sum()),
        "communes_nd": int(towns["population"].isna().sum()),
        "total": total,
        "total_without_mayotte": total - mayotte,
        "published_without_mayotte": PUBLISHED.get(year),
        **_epci_evidence(geography, year),
        **_second_evidence(geography, year, second),
        "remark": REMARKS[year],
    }


def _epci_evidence(geography: Geography, year: int) -> dict:
    """Compare each EPCI's own total with the sum of its communes, in that year's perimeter."""
    names = ("epci_package", "epci_total", "epci_compared", "epci_equal", "epci_max_difference")
    if year not in EPCI_FILES:
        return dict(zip(names, ("", None, 0, 0, None), strict=True))
    series = Series(EPCI_FILES[year], "epci")
    figures = units(geography.packages, series)
    heirs = geography.heirs(series.version, {code for unit in figures for code in unit.codes})
    blocks = geography.blocks(SECOND[year]) if year in SECOND else year_blocks(geography, year)
    if MAIN[year].name == "epci":  # a series is no evidence for itself: Mayotte's communes remain
        blocks = [b for b in blocks if min(b.communes).startswith(MAYOTTE)]
    gaps = _gaps(figures, heirs, blocks)
    total = sum(unit.population for unit in figures)
    counts = (len(gaps), sum(gap == 0 for gap in gaps), max(gaps))
    return dict(zip(names, (series.version, total, *counts), strict=True))


def _gaps(figures: list[Unit], heirs: dict[str, set[str]], blocks: list[Block]) -> list[int]:
    """Compare EPCI totals with the blocks that make up exactly the same communes, where they do.

    An EPCI that shares a commune of today with another is left out: two of its members' merger
    crossed its border, and its communes of that time cannot be told apart.
    """
    home = {name: block for block in blocks for name in block.communes}
    perimeters = [set().union(*(heirs[code] for code in unit.codes)) for unit in figures]
    owners = Counter(name for names in perimeters for name in names)
    gaps = []
    for unit, names in zip(figures, perimeters, strict=True):
        touched = {home[name] for name in names if name in home}
        numbers = [block.population for block in touched]
        whole = {name for block in touched for name in block.communes} == names
        if whole and None not in numbers and all(owners[name] == 1 for name in names):
            gaps.append(abs(unit.population - sum(numbers)))
    return gaps


def _second_evidence(geography: Geography, year: int, second: Series | None) -> dict:
    """Compare the two commune series on the communes, or blocks, that both know."""
    names = ("second_package", "second_compared", "second_equal", "second_max_difference")
    if second is None:
        return dict(zip(names, ("", 0, 0, None), strict=True)) | {"share_equal": None}
    theirs = {block.communes: block.population for block in geography.blocks(second)}
    ours = geography.blocks(MAIN[year])
    pairs = [(block.population, theirs.get(block.communes)) for block in ours]
    gaps = [abs(a - b) for a, b in pairs if a is not None and b is not None]
    equal = sum(gap == 0 for gap in gaps)
    found = dict(zip(names, (second.version, len(gaps), equal, max(gaps)), strict=True))
    return found | {"share_equal": round(equal / len(gaps), 5)}


def check_evidence(table: pd.DataFrame, gap_2017: float, regions: dict[str, int]) -> None:
    """Hold the evidence to what the README states; raise a BuildError that names all faults."""
    faults = [
        f"2023: région {code} has {regions.get(code)} inhabitants, Insee published {published}."
        for code, published in PUBLISHED_REGIONS_2023.items()
        if regions.get(code) != published
    ]
    if gap_2017 > MOST_GAP_2017:
        faults.append(f"2017: an EPCI is {gap_2017:.1%} off the mean of its neighbouring years.")
    for row in table.itertuples():
        gap = row.total_without_mayotte - PUBLISHED.get(row.year, row.total_without_mayotte)
        if abs(gap) > PUBLISHED_PRECISION:
            faults.append(f"{row.year}: the total differs by {gap} from the published one.")
        if row.epci_compared and row.epci_equal / row.epci_compared < LEAST_EPCI_EQUAL:
            faults.append(f"{row.year}: {row.epci_equal} of {row.epci_compared} EPCI agree.")
        if row.second_compared and row.share_equal < LEAST_SHARE_EQUAL:
            faults.append(f"{row.year}: the second series agrees on {row.share_equal} only.")
    if faults:
        raise BuildError("\n".join(faults))
