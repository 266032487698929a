"""Studies to a bundle: gather, keep what is public, run, describe, scan, pack."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language, language
from toolkit.records.folders import cache_dir
from toolkit.records.sources import load_sources
from toolkit.sharing.archive import pack
from toolkit.sharing.availability import keep_shareable, list_sources
from toolkit.sharing.crate import CRATE, describe_crate
from toolkit.sharing.data_package import describe_package
from toolkit.sharing.disclosure import DECISIONS, describe_hidden_cells
from toolkit.sharing.live import live_faults
from toolkit.sharing.own_schemas import own_schemas
from toolkit.sharing.readme import bundle_title, describe_bundle
from toolkit.sharing.rerun import rerun
from toolkit.sharing.scan import LeakError, scan, withhold
from toolkit.sharing.shared_runs import Run, list_runs, list_traces
from toolkit.sharing.signature import SIGNATURE, sign
from toolkit.sharing.stage import (
    CONTENTS,
    PACKAGE,
    PULLED,
    REPORTS,
    SUMS,
    VERSION,
    Contents,
    gather,
)
from toolkit.sharing.waivers import WAIVERS, read_waivers, without_waived
from toolkit.sharing.withhold import withhold_entries, withhold_ratings

# What a run leaves that is no report; what an editor or Python leaves; where a run failed, what
# may hold anything a library printed.
_NOT_SHARED = (".ledger", "__pycache__")
_FAILED = ("failed.ipynb", "failed.log")


@dataclass(frozen=True)
class Bundle:
    """A bundle made: its bytes, what it holds, and the runs that failed."""

    content: bytes
    files: dict[str, bytes]
    failed: tuple[Run, ...]


def share(
    contents: Contents,
    *,
    names: Iterable[str] = (),
    waivers: Path | None = None,
    key: Path | None = None,
    tell: Callable[[str], None] = lambda step: None,
) -> Bundle:
    """Make the bundle of some studies and pages.

    Parameters
    ----------
    contents : Contents
    names : iterable of str
        Of people: they must stand nowhere.
    waivers : Path, optional
        Findings of the scan that may leave, by whose decision; the file goes into the bundle.
    key : Path, optional
        An SSH key that signs the list of checksums (`toolkit.sharing.signature`).
    tell : callable
        Called with the name of each step as it begins.

    Raises
    ------
    ToolkitError
        There is no such study or project, or its data cannot be had: there is nothing to share.
        A file of theirs would run or load something. Or the key cannot sign.
    LeakError
        Something that must not leave stands in a file; all findings.
    """
    waived = read_waivers(waivers) if waivers else ()
    with tempfile.TemporaryDirectory(prefix="futurs-share-") as temporary:
        folder, work = Path(temporary, "bundle"), Path(temporary, "work")
        folder.mkdir()
        work.mkdir()
        tell("gather")
        gather(contents, folder)
        _refuse_live(read_files(folder))
        _lend_pulled(folder)
        entries, evidence = withhold_entries(folder / "data"), withhold_ratings(folder / "data")
        tell("run")
        said = [ran.words for ran in rerun(contents, folder, work) if ran.code]
        files = _without_folder(read_files(folder), folder)
        runs = list_runs(files)
        if not any(run.manifest for run in runs):
            text = interface_language()("error.nothing_made", words="\n".join(said))
            raise ToolkitError(text)
        tell("describe")
        if waivers:
            files[WAIVERS] = waivers.read_bytes()
        files = describe(files, contents, contents.all_projects(folder / "data"))
    tell("scan")
    say = interface_language()
    texts = {text: say("scan.withheld.logbook", entry=entry) for entry, text in entries.items()}
    texts |= {text: say("scan.withheld.rating", project=name) for text, name in evidence.items()}
    texts |= dict.fromkeys(names, say("scan.withheld.name"))
    findings = scan(files, withheld=withhold(texts))
    if left := without_waived(findings, waived):
        raise LeakError(left)
    tell("pack")
    if key:
        files[SIGNATURE] = sign(files[SUMS], key)
    failed = tuple(run for run in runs if run.failure)
    return Bundle(pack(files), files, failed)


def describe(
    files: Mapping[str, bytes], contents: Contents, projects: tuple[str, ...]
) -> dict[str, bytes]:
    """Return the files of a bundle with all that describes them: README, package, crate, sums."""
    runs = list_runs(files)
    sources = list_sources(files, runs)
    kept = keep_shareable(files, sources)
    kept |= own_schemas(kept)
    lang = language("en")
    title = bundle_title(runs, lang)
    kept[CONTENTS] = _json({"version": VERSION, **asdict(contents)})
    kept[DECISIONS] = describe_hidden_cells(kept, run=bundle_id(contents))
    kept |= describe_bundle(runs, list_traces(files, runs), sources, contents, projects)
    kept[PACKAGE] = describe_package(kept, sources, name=bundle_id(contents), title=title)
    date = max(run.manifest["facts"]["as_of"] for run in runs if run.manifest)
    told = {"title": title, "description": lang("bundle.lead"), "date": date}
    kept[CRATE] = describe_crate(kept, runs, **told)
    kept[SUMS] = write_sums(kept)
    return kept


def bundle_id(contents: Contents) -> str:
    """Return a name for what a bundle is about."""
    return "-".join(["futurs-publics", *contents.studies, *contents.projects])


def write_sums(files: Mapping[str, bytes]) -> bytes:
    """Write the sha256 of each file, as `sha256sum --check` reads them."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return "".join(lines).encode()


def read_files(folder: Path) -> dict[str, bytes]:
    """Read what may be shared of a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and not set(_NOT_SHARED) & set(path.parts)
        and not (path.name in _FAILED and REPORTS in path.parts)
    }


def _refuse_live(files: Mapping[str, bytes]) -> None:
    """Refuse before anything runs what whoever verifies the bundle would refuse."""
    if faults := list(live_faults(files)):
        say = interface_language()
        told = "\n".join(f"  {fault.file}  {fault.message(say)}" for fault in faults)
        raise ToolkitError(say("error.share_live", faults=told))


def _lend_pulled(folder: Path) -> None:
    """Put the pulled files that are in the cache where the runs find them."""
    for source in load_sources().values():
        if source.path and (cache_dir() / source.path).is_file():
            target = folder / PULLED / source.path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(cache_dir() / source.path, target)


def _without_folder(files: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Take the name of the temporary folder out of what failures say."""
    own = str(folder.resolve()).encode()
    return {
        name: content.replace(own, b".") if name.endswith("/failure.txt") else content
        for name, content in files.items()
    }


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
