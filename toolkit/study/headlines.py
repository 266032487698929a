"""What each study found, for pages that only quote it: kept on disk, since many quote the same.

A study takes seconds, its headline some kilobytes. The first page that quotes a study runs it, and
keeps its record and the series of the treated beside what was pulled; they are used as long as the
toolkit, the packages and all that the study reads are what they were.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import pandas as pd

from toolkit.errors import DesignError, ToolkitError
from toolkit.estimate import Estimate
from toolkit.records.atomic import write_atomically
from toolkit.records.folders import cache_dir, data_dir
from toolkit.records.locks import locked
from toolkit.records.reads import digest_of, digest_of_file, digest_of_toolkit, recorded
from toolkit.records.sites import same_land
from toolkit.records.studies import StudyFile, study_files
from toolkit.records.territories import Territory, container_ids
from toolkit.study.evidence import Conclusion

_PACKAGES = ("numpy", "scipy", "pandas", "statsmodels")
_COMMON = ("*.toml", "programme/*", "schemas/*", "territories/*")


@dataclass(frozen=True)
class Headline:
    """What a study found, or why it found nothing.

    Attributes
    ----------
    study, project : str
        Ids.
    label : dict of str to str
        Of its indicator, by language; empty where nothing could be read.
    estimate : Estimate or None
    grade : int or None
        On the Maryland scale.
    conclusion : Conclusion or None
    refusal : {"", "to_pull", "faults", "refused"}
        As `toolkit.study.findings.Refusal`; "" where there is an estimate.
    sources : tuple of str
        Those to pull.
    """

    study: str
    project: str
    label: dict[str, str]
    estimate: Estimate | None
    grade: int | None
    conclusion: Conclusion | None
    refusal: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class LocalSeries:
    """The indicator of a study in one treated territory, beside the mean of its comparison.

    Attributes
    ----------
    territory : str
        Id of the territory it is observed in.
    adoption : str
        Its first treated period, as the panel writes it.
    unit : str
        Code of the vocabulary "unit".
    label : dict of str to str
        Of the indicator, by language.
    n_comparison : int
        Territories the mean is of, at most.
    frame : DataFrame
        period (text, sorted), value and comparison (missing where not known).
    attribution : dict of str to list of str
        By language.
    """

    territory: str
    adoption: str
    unit: str
    label: dict[str, str]
    n_comparison: int
    frame: pd.DataFrame
    attribution: dict[str, list[str]]


@recorded
def headlines_of(project: str) -> list[Headline]:
    """Return the headline of each study of a project, by id.

    Examples
    --------
    See `load_findings`.
    """
    return [_headline(_kept(study)["headline"]) for study in _studies_of(project)]


@recorded
def local_series(project: str, territory: Territory) -> list[LocalSeries]:
    """Return the series of each study of a project in a territory, or where that is observed.

    A commune's is that of the nearest treated territory that contains it. Where none is observed,
    or the study could not be made, there is none.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    found = []
    for study in _studies_of(project):
        kept = _kept(study)["series"]
        for name in [*same_land(territory), *container_ids(territory)]:
            if name in kept.get("treated", {}):
                found.append(_local(name, kept))
                break
    return found


@recorded
def record_of(study: str) -> dict | None:
    """Return `toolkit.study.record.study_record` of a study, or None where it cannot be made.

    Examples
    --------
    See ``notebooks/oecd_case_study.ipynb``.
    """
    return next((_kept(file)["record"] for file in study_files() if file.id == study), None)


def _studies_of(project: str) -> Iterator[StudyFile]:
    return (study for study in study_files() if study.project == project)


def _kept(study: StudyFile) -> dict:
    """Return what is kept of a study, made now if it is not there or no longer true."""
    key = _key(study)
    path = cache_dir() / "studies" / f"{study.id}.json"
    if (found := _read(path, key)) is not None:
        return found
    with locked(path):  # two pages at once: the second waits, and reads
        if (found := _read(path, key)) is not None:
            return found
        made = {"key": key, **_make(study)}
        with suppress(OSError):  # without a place to keep it, the next one makes it again
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, json.dumps(made, ensure_ascii=False))
        return made


def _key(study: StudyFile) -> str:
    folder = data_dir()
    own = [*folder.glob(f"studies/{study.id}.*"), *folder.glob(f"projects/{study.project}/[!.]*")]
    files = [(path.name, digest_of_file(path)) for path in sorted(own)]
    return digest_of([_common(folder), files, list(study.missing)])


@cache
def _common(folder: Path) -> str:
    """Digest what any study rests on besides its own files: the program, and data for all."""
    versions = [metadata.version(name) for name in _PACKAGES]
    paths = sorted(path for pattern in _COMMON for path in folder.glob(pattern))
    files = [(path.name, digest_of_file(path)) for path in paths]
    return digest_of([digest_of_toolkit(), versions, files])


def _read(path: Path, key: str) -> dict | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if found["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _make(study: StudyFile) -> dict:
    """Run a study; what stands in the way is kept too."""
    from toolkit.records.portfolio import load_project
    from toolkit.study.analyse import run_study
    from toolkit.study.record import study_record

    headline = {"study": study.id, "project": study.project, "label": {}, "estimate": None}
    headline |= {"grade": None, "conclusion": None, "sources": list(study.missing)}
    nothing = {"series": {}, "record": None}
    if study.missing:
        return {"headline": headline | {"refusal": "to_pull"}, **nothing}
    try:
        indicators = load_project(study.project).tables["indicators"].set_index("indicator")
        measured = indicators.loc[study.indicator]
        headline["label"] = {"fr": measured.label_fr, "en": measured.label_en}
        found = run_study(study.id)
        record = study_record(found)
    except ToolkitError as error:
        reason = "refused" if isinstance(error, DesignError) else "faults"
        return {"headline": headline | {"refusal": reason}, **nothing}
    headline |= {
        "estimate": asdict(found.estimate),
        "grade": found.grade.level,
        "conclusion": asdict(found.conclusion),
        "refusal": "",
    }
    series = {"unit": measured.unit, "label": headline["label"], **_series(found)}
    return {"headline": headline, "series": series, "record": record}


def _series(found) -> dict:
    """Return the series of the treated and the mean of the comparison, in the indicator's unit."""
    import numpy as np

    panel = found.sample.panel
    if found.file.protocol.scale == "log":
        panel = panel.assign(value=np.exp(panel.value))
    wide = panel.pivot(index="period", columns="territory", values="value").sort_index()
    comparison, treated = list(found.sample.comparison), found.sample.treated
    adoptions = panel.dropna(subset="adoption").groupby("territory").adoption.first()
    return {
        "periods": list(wide.index),
        "comparison": wide[comparison].mean(axis="columns").tolist(),
        "n_comparison": len(comparison),
        "treated": {
            name: {"adoption": adoptions[name], "values": wide[name].tolist()} for name in treated
        },
        "attribution": found.sample.attribution,
    }


def _headline(kept: dict) -> Headline:
    estimate, conclusion = kept["estimate"], kept["conclusion"]
    if estimate is not None:
        estimate = Estimate(**estimate | {"cautions": tuple(estimate["cautions"])})
        conclusion = Conclusion(**conclusion | {"checks": tuple(conclusion["checks"])})
    read = {"estimate": estimate, "conclusion": conclusion, "sources": tuple(kept["sources"])}
    return Headline(**kept | read)


def _local(name: str, kept: dict) -> LocalSeries:
    own = kept["treated"][name]
    columns = {"period": kept["periods"], "value": own["values"], "comparison": kept["comparison"]}
    same = {key: kept[key] for key in ("unit", "label", "n_comparison", "attribution")}
    return LocalSeries(name, own["adoption"], frame=pd.DataFrame(columns), **same)
