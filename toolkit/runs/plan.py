"""What a batch makes: the cross of notebooks, territories, projects, studies and languages.

A notebook is crossed along the axes among its parameters (`AXES`); each value is checked, against
the notebook and against the data, before anything runs.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

from toolkit.errors import ParameterError, ToolkitError
from toolkit.i18n import LANGUAGES, interface_language
from toolkit.records.folders import data_dir
from toolkit.records.places import Place
from toolkit.runs.parameters import check_language, check_parameters, read_parameters
from toolkit.runs.reports import Report
from toolkit.runs.shared import read_shared

AXES = ("territory", "project", "study", "lang")
# Thousands of EPCI and communes are spread over one folder a département.
_NOT_SHARDED = ("FR", "REG", "DEP")


def plan_batch(
    notebooks: Sequence[str | Path],
    *,
    territories: Sequence[str | Place] = (),
    projects: Sequence[str] = (),
    studies: Sequence[str] = (),
    languages: Sequence[str] = LANGUAGES,
    parameters: Mapping[str, object] | None = None,
    formats: Sequence[str] = ("html",),
) -> list[Report]:
    """Plan the reports of a batch, for `run_batch`.

    Parameters
    ----------
    notebooks : sequence of path
    territories : sequence of str or Place
        By id, code or unambiguous name, or as `list_places` gives them.
    projects, studies : sequence of str
        Ids of data/projects and data/studies.
    languages : sequence of str
        Those the reports are made in together: each page links the others.
    parameters : mapping, optional
        The same for all; text is read as the type that each notebook declares.
    formats : sequence of str
        Of "html", "code", "pdf" and "executed"; "html" is always one.

    Raises
    ------
    ParameterError
        A notebook, a value or a parameter does not fit; all faults in one message.

    Examples
    --------
    >>> [report.address for report in plan_batch(
    ...     ["notebooks/territory_report.ipynb"], territories=["23"], languages=["fr"])]
    ['territory_report/DEP/23/fr']
    """
    faults: list[str] = []
    places, unknown = _places(territories)
    values = {
        "territory": {place.id: place for place in places},
        "project": dict.fromkeys(projects),
        "study": dict.fromkeys(studies),
        "lang": dict.fromkeys(sorted(languages, key=_rank)),
    }
    # A value that was given and not found is told once: nothing more is asked for.
    asked = {"territory": bool(territories), "project": bool(projects), "study": bool(studies)}
    faults += [*unknown, *_unknown_ids(values)]
    reports = []
    for notebook in dict.fromkeys(map(Path, notebooks)):
        try:
            reports += _of_notebook(notebook, asked, values, dict(parameters or {}), tuple(formats))
        except ParameterError as error:
            faults.append(str(error))
    if not faults:
        faults += _unused(map(Path, notebooks), values)
    if faults:
        raise ParameterError("\n".join(faults))
    return reports


def _unused(notebooks: Iterable[Path], values: dict) -> Iterator[str]:
    """Yield a fault for each axis that was given values and that no notebook has."""
    say = interface_language()
    read = {name for notebook in notebooks for name in read_parameters(notebook)}
    for axis in AXES:
        if axis != "lang" and values[axis] and axis not in read:
            yield say("error.unused_axis", axis=axis, seen=", ".join(list(values[axis])[:3]))


def _of_notebook(
    notebook: Path, asked: dict, values: dict, parameters: dict, formats: tuple
) -> Iterator[Report]:
    """Cross a notebook along its axes, once its parameters are found to fit."""
    check_language(notebook)
    declared = read_parameters(notebook)
    axes = [axis for axis in AXES if axis in declared]
    subjects = [axis for axis in AXES if values[axis] and axis != "lang"]
    missing = [axis for axis in axes if axis != "lang" and not values[axis]]
    say = interface_language()
    details = {"notebook": notebook.name}
    if missing and not any(asked[axis] for axis in missing) and not set(subjects) & set(axes):
        raise ParameterError(say("error.no_axis", axes=", ".join(missing), **details))
    axes = [axis for axis in axes if axis not in missing]
    given = {name: _typed(value, declared.get(name)) for name, value in parameters.items()}
    read_shared(notebook)  # refuses what could not be shared
    check_parameters(notebook, given | {axis: next(iter(values[axis])) for axis in axes})
    languages = tuple(values["lang"]) if "lang" in axes else ()
    return [
        Report(
            notebook,
            given | dict(zip(axes, chosen, strict=True)),
            "/".join([notebook.stem, *_address(dict(zip(axes, chosen, strict=True)), values)]),
            languages,
            formats,
        )
        for chosen in product(*(values[axis] for axis in axes))
    ]


def _address(chosen: dict[str, str], values: dict) -> Iterator[str]:
    """Yield the folders of a report, under its notebook's."""
    for axis, value in chosen.items():
        if axis != "territory":
            yield value
            continue
        place = values["territory"][value]
        yield place.level
        if place.level not in _NOT_SHARDED and place.department:
            yield place.department
        yield place.code


def _places(territories: Sequence[str | Place]) -> tuple[list[Place], list[str]]:
    """Return the territories that are named, and a fault for each name that is none."""
    places, faults = [], []
    for named in territories:
        if isinstance(named, Place):
            places.append(named)
            continue
        from toolkit.records.territories import load_territory  # pandas, only to find a name

        try:
            found = load_territory(named)
        except ToolkitError as error:
            faults.append(str(error))
        else:
            places.append(Place(found.level, found.code, found.department))
    return places, faults


def _unknown_ids(values: dict) -> Iterator[str]:
    """Yield a fault for each project, study and language that there is not."""
    say = interface_language()
    folder = data_dir()
    projects = sorted(path.parent.name for path in folder.glob("projects/[!.]*/project.toml"))
    # A dot in the name: what a protocol was before it was amended.
    studies = sorted(p.stem for p in folder.glob("studies/*.toml") if "." not in p.stem)
    for axis, known in (("project", projects), ("study", studies), ("lang", LANGUAGES)):
        for seen in values[axis]:
            if seen not in known:
                yield say("error.unknown_axis", axis=axis, seen=seen, known=", ".join(known))


def _rank(lang: str) -> int:
    """Order languages as `LANGUAGES` does, however they were asked for."""
    return LANGUAGES.index(lang) if lang in LANGUAGES else len(LANGUAGES)


def _typed(value: object, parameter) -> object:
    """Read a text as the type that a parameter declares; what cannot be read stays text."""
    if not isinstance(value, str) or parameter is None or parameter.type == "str":
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value
