"""Where projects run, on a territory's page: here, in territories like it, and how far away."""

from collections.abc import Mapping, Sequence

import pandas as pd

from toolkit.display.blocks import Block, Callout, Paragraph, Table
from toolkit.display.projects import EMPTY, vocabulary_words, write_date
from toolkit.i18n import Language
from toolkit.records.rules import SIMULATION
from toolkit.records.sites import RELATIONS
from toolkit.records.sources import load_sources

_NAMED = 4  # sites named one by one; more are counted


def count_projects(sites: pd.DataFrame, nearest: pd.DataFrame, *, lang: Language) -> str:
    """Say in one sentence how many projects concern a territory, or where the nearest one is.

    `sites` and `nearest` are as `toolkit.records.sites` gives them.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    if len(sites):
        # A project that runs here and around counts as here.
        relations = sites.drop_duplicates("project").relation.value_counts()
        parts = [
            lang.plural(f"sites.count.{relation}", relations[relation])
            for relation in RELATIONS
            if relation in relations
        ]
        return lang.plural("sites.count", sites.project.nunique(), parts=lang.join(parts))
    if nearest.empty:
        return lang("sites.none")
    first = nearest.iloc[0]
    key = "sites.none.beside" if first.km == 0 else "sites.none.nearest"
    simulated = f" ({lang('stamp.simulated').lower()})" if first.simulated else ""
    km = lang.number(first.km)
    return lang(key, name=first["name"], title=_title(first, lang) + simulated, km=km)


def tabulate_sites(sites: pd.DataFrame, *, lang: Language) -> Table:
    """Lay out the projects that run in, around or within a territory, a row a project and where.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    groups = sites.groupby(["project", "relation"], sort=False)
    rows = [
        (
            _title(group.iloc[0], lang),
            _where(group, lang, own=lang("sites.here")),
            _span(group.adopted_on, lang),
            _span(group.ended_on, lang),
            _shares(group.dose, lang),
            _data(group.iloc[0], lang),
        )
        for _, group in groups
    ]
    names = ("project", "where", "since", "until", "share", "data")
    note = f"{lang('sites.note.since')} {lang('sites.note.share')}"
    return _table(lang("sites.caption"), names, rows, sites, lang, note=note)


def tabulate_nearest(
    nearest: pd.DataFrame, roles: Mapping[str, str], *, lang: Language, note: str
) -> Table:
    """Lay out where each project that does not run here runs nearest, and what is done of here.

    `roles` are those of the territory by project, as `roles_of` gives them; `note` names the
    source of the outlines that distances are measured between.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    words = vocabulary_words("deployment_role", lang) | {"in_part": lang("sites.role.in_part")}
    rows = [
        (
            _title(row, lang),
            words.get(roles.get(row["project"], ""), EMPTY),
            row["name"],
            lang.number(row["km"]),
            write_date(row["adopted_on"], lang),
            _data(row, lang),
        )
        for row in nearest.to_dict("records")
    ]
    names = ("project", "role", "nearest", "km", "since", "data")
    notes = [lang("sites.role.note"), lang("sites.nearest.note"), note]
    if all(row[1] == EMPTY for row in rows):  # a région, whose départements have the roles
        names, rows, notes = (names[0], *names[2:]), [(r[0], *r[2:]) for r in rows], notes[1:]
    note, km = " ".join(notes), names.index("km")
    return _table(
        lang("sites.nearest.caption"), names, rows, nearest, lang, note=note, numbers={km}
    )


def tabulate_similar_sites(
    sites: pd.DataFrame, alike: Mapping[str, str], *, lang: Language
) -> Table:
    """Lay out what runs in similar territories: their names by id, the most similar first.

    `sites` are as `sites_among` gives them.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    rows = []
    for of, name in alike.items():
        groups = sites[sites.of == of].groupby(["project", "relation"], sort=False)
        rows += [
            (
                name,
                _title(group.iloc[0], lang),
                _where(group, lang, own=lang("sites.itself")),
                _span(group.adopted_on, lang),
                _data(group.iloc[0], lang),
            )
            for _, group in groups
        ] or [(name, lang("sites.no_project"), *[EMPTY] * 3)]
    names = ("territory", "project", "where", "since", "data")
    note = lang("sites.note.since")
    return _table(lang("sites.similar.caption"), names, rows, sites, lang, note=note)


def link_projects(projects: pd.DataFrame, *, lang: Language) -> Paragraph:
    """Name projects, each with a link to its page on the site of reports.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    titles = {row.project: _title(row._asdict(), lang) for row in projects.itertuples()}
    text = lang("sites.pages", titles=lang.join(list(titles.values())))
    return Paragraph(text, links=tuple((t, f"projects/{id_}/") for id_, t in titles.items()))


def name_unreadable(projects: Sequence[str], *, lang: Language) -> list[Block]:
    """Warn of projects that are left out because what is written of them has faults.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    if not projects:
        return []
    text = lang.plural("sites.unreadable", len(projects), projects=", ".join(projects))
    return [Callout("caution", text, lang)]


def _table(
    caption: str, names: Sequence[str], rows, frame, lang: Language, *, note: str, numbers=()
) -> Table:
    simulated = bool(frame.simulated.any())
    sources = [load_sources()[SIMULATION].attribution[lang.code]] if simulated else []
    sources += [lang("sites.source")] if not frame.simulated.all() else []
    return Table(
        caption=caption,
        header=tuple(lang(f"sites.{name}") for name in names),
        rows=tuple(rows),
        note=" ".join([note, *(f"{source}." for source in sources)]),
        text_columns=frozenset(range(len(names))) - frozenset(numbers),
        simulated=simulated,
        lang=lang,
    )


def _title(row: Mapping, lang: Language) -> str:
    return lang.spaced(row[f"title_{lang.code}"])


def _data(row: Mapping, lang: Language) -> str:
    return lang("index.data.simulated" if row["simulated"] else "index.data.observed")


def _where(group: pd.DataFrame, lang: Language, *, own: str) -> str:
    """Say where the sites of one project are: `own`, or by name where there are few."""
    if group.relation.iloc[0] == "own":
        return own
    levels = group.territory.str.partition("-")[0]
    if len(group) > _NAMED:
        counts = levels.value_counts().items()
        return lang.join([lang.plural(f"members.count.{level}", n) for level, n in counts])
    return lang.join(
        [
            lang("sites.region", name=name) if level == "REG" else name
            for level, name in zip(levels, group.name, strict=True)
        ]
    )


def _span(days: pd.Series, lang: Language) -> str:
    """Write one date, or the first and the last of several."""
    first, last = (write_date(day, lang) for day in (days.min(), days.max()))
    return first if first == last else lang("sites.between", first=first, last=last)


def _shares(doses: pd.Series, lang: Language) -> str:
    known = doses.dropna()
    if known.empty:
        return EMPTY
    low, high = (lang.percent(share, 0) for share in (known.min(), known.max()))
    return low if low == high else lang("interval.ends", low=low, high=high)
