"""Territories by code or name, and what surrounds them: parents, members, neighbours.

A territory is known by a level and a code, which is always text: ``DEP`` ``"01"``, ``COM``
``"2A004"``. Its id joins the two (``"REG-84"``). Two-character codes can name a région *and* a
département ("84" is Vaucluse and Auvergne-Rhône-Alpes): as in everyday French use, the bare code
is the département, and a région of the same code is written ``REG-84``.
"""

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import pandas as pd

from toolkit.cards import Card
from toolkit.errors import ToolkitError, UnknownTerritoryError
from toolkit.i18n import Language, interface_language
from toolkit.records.reads import recorded
from toolkit.records.slices import read_slice
from toolkit.records.sources import table_path

LEVELS = ("FR", "REG", "DEP", "EPCI", "COM")
_PARENT_COLUMN = {"REG": "region", "DEP": "department", "EPCI": "epci"}
_MOST_CANDIDATES = 8


@dataclass(frozen=True)
class Territory(Card):
    """One territory of the official geography of `cog_year`.

    Attributes
    ----------
    level : {"FR", "REG", "DEP", "EPCI", "COM"}
    code, name : str
    kind : str or None
        For an EPCI: "CC", "CA", "CU", "METRO"...
    article : int or None
        Insee's TNCC code of the article before the name (see `Language.of`).
    department, region, epci : str or None
        Codes of the parents. An EPCI across several départements is attached to the one where
        most of its inhabitants live.
    seat : str or None
        Commune code of the chef-lieu, for a région or a département.
    cog_year : int
        Year of the official geographic code (1 January).

    Examples
    --------
    >>> creuse = load_territory("Creuse", level="DEP")
    >>> creuse.id, creuse.region, [place.name for place in parents(creuse)]
    ('DEP-23', '75', ['Nouvelle-Aquitaine', 'France'])
    """

    level: str
    code: str
    name: str
    kind: str | None
    article: int | None
    department: str | None
    region: str | None
    epci: str | None
    seat: str | None
    cog_year: int

    @property
    def id(self) -> str:
        """Level and code in one word: "DEP-23"; "FR" for France."""
        return self.level if self.level == "FR" else f"{self.level}-{self.code}"

    def card(self, lang: Language) -> tuple[str, list[tuple[str, str]]]:
        """Return its name, and its code, parents and year."""
        facts = {"code": self.id, "in_department": self.department, "in_region": self.region}
        facts["year"] = str(self.cog_year)
        return self.name, [(lang(f"card.{name}"), text) for name, text in facts.items() if text]


@recorded
def load_territories(
    level: str | None = None, *, department: str | None = None, region: str | None = None
) -> pd.DataFrame:
    """Load the territories of one level, or of all, of the country or of one slice of it.

    Parameters
    ----------
    level : {"FR", "REG", "DEP", "EPCI", "COM"}, optional
    department, region : str, optional
        Keep the territories of this département or région; only that slice of the file is read.

    Returns
    -------
    DataFrame, shape (n_territories, 10)
        The fields of `Territory` as columns, codes as text, in the order of the codes.

    Raises
    ------
    ToolkitError
        The level is none of the five.

    Examples
    --------
    >>> load_territories("DEP").code.head(3).tolist()
    ['01', '02', '03']
    """
    if level is not None and level not in LEVELS:
        say = interface_language()
        raise ToolkitError(say("error.unknown_level", seen=level, levels=", ".join(LEVELS)))
    wanted = {"level": level, "department": department, "region": region}
    filters = [(column, "==", value) for column, value in wanted.items() if value is not None]
    return read_slice("territories", filters).sort_values("code", ignore_index=True)


@recorded
def load_territory(text: str, *, level: str | None = None) -> Territory:
    """Find one territory by its id, its code or its unambiguous name.

    Parameters
    ----------
    text : str
        "DEP-23", "23", "2A", "23096", "Ardèche"; capitals, accents and hyphens of a name are free.
    level : {"FR", "REG", "DEP", "EPCI", "COM"}, optional
        Look at this level only.

    Raises
    ------
    UnknownTerritoryError
        Nothing, or several territories, answer; the message and `candidates` give the nearest.

    Examples
    --------
    >>> load_territory("Ardèche").id
    'DEP-07'
    """
    if not isinstance(text, str):
        say = interface_language()
        raise UnknownTerritoryError(say("error.territory_not_text", seen=repr(text)))
    text = text.strip().encode("utf-8", "replace").decode()
    qualified = re.fullmatch(rf"(?i)({'|'.join(LEVELS)})-(.+)", text)
    if qualified and level in (None, qualified[1].upper()):
        level, text = qualified[1].upper(), qualified[2]
    if level is not None and level not in LEVELS:
        load_territories(level)  # raises, naming the levels

    filters = [("code", "==", text)] + ([("level", "==", level)] if level else [])
    found = read_slice("territories", filters)
    if len(found) > 1:
        found = found[found.level == "DEP"]
    if found.empty:
        found = _named(text, level)
    if len(found) == 1:
        return _territory(found.iloc[0])
    raise _unknown(text, level, found)


@recorded
def find_territories(text: str, *, level: str | None = None) -> pd.DataFrame:
    """Find the territories whose code starts with, or whose name has, the words of `text`.

    Returns
    -------
    DataFrame
        Columns of `load_territories`: exact names first, then by level and code.

    Examples
    --------
    >>> find_territories("sancerre").name.tolist()[:2]
    ['Sancerre', 'Crézancy-en-Sancerre']
    """
    everything = load_territories(level)
    words = _fold(text)
    folded = _folded_names(level)
    code = text.strip().upper()
    has_words = folded.str.contains(rf"\b{re.escape(words)}", regex=True) & bool(words)
    has_code = everything.code.str.startswith(code) & bool(code)
    found = everything[has_words | has_code]
    rank = found.level.map(LEVELS.index)
    exact = folded[found.index] == words
    order = pd.DataFrame({"exact": ~exact, "rank": rank, "code": found.code})
    return found.loc[order.sort_values(["exact", "rank", "code"]).index].reset_index(drop=True)


@recorded
def parents(territory: Territory) -> list[Territory]:
    """Return the territories that contain this one, nearest first, France last.

    Examples
    --------
    >>> [place.name for place in parents(load_territory("DEP-23"))]
    ['Nouvelle-Aquitaine', 'France']
    """
    chain = []
    if territory.level == "COM" and territory.epci:
        chain.append(load_territory(territory.epci, level="EPCI"))
    if territory.level in ("COM", "EPCI") and territory.department:
        chain.append(load_territory(territory.department, level="DEP"))
    if territory.level in ("COM", "EPCI", "DEP") and territory.region:
        chain.append(load_territory(territory.region, level="REG"))
    if territory.level != "FR":
        chain.append(load_territory("FR", level="FR"))
    return chain


@recorded
def larger(territory: Territory) -> list[Territory]:
    """Return those of `parents` that hold more communes: Mayotte is the whole of its région.

    Examples
    --------
    >>> [place.id for place in larger(load_territory("DEP-976"))]
    ['FR']
    """
    own = 1 if territory.level == "COM" else len(members(territory, "COM"))
    return [
        place
        for place in parents(territory)
        if place.level == "FR" or len(members(place, "COM")) > own
    ]


def container_ids(territory: Territory) -> list[str]:
    """Return the ids of `parents`, known from the territory alone.

    Examples
    --------
    >>> container_ids(load_territory("23096"))
    ['EPCI-200034825', 'DEP-23', 'REG-75', 'FR']
    """
    above = {"EPCI": territory.epci, "DEP": territory.department, "REG": territory.region}
    levels = LEVELS[1 : LEVELS.index(territory.level)]
    known = [f"{level}-{above[level]}" for level in reversed(levels) if above[level]]
    return known + (["FR"] if territory.level != "FR" else [])


@recorded
def members(territory: Territory, level: str = "COM") -> pd.DataFrame:
    """Return the territories of `level` that lie in this one.

    An EPCI across several départements counts in the one where most of its inhabitants live.

    Examples
    --------
    >>> members(load_territory("REG-75"), "DEP").name.tolist()[:2]
    ['Charente', 'Charente-Maritime']
    """
    if territory.level == "FR":
        return load_territories(level)
    column = _PARENT_COLUMN.get(territory.level)
    if column is None or LEVELS.index(level) <= LEVELS.index(territory.level):
        return load_territories(level).iloc[:0]
    filters = [("level", "==", level), (column, "==", territory.code)]
    return read_slice("territories", filters).sort_values("code", ignore_index=True)


@recorded
def neighbours(territory: Territory) -> pd.DataFrame:
    """Return the territories of the same level that share a border with this one.

    Known for départements (contours of Natural Earth) and for régions (by their départements).

    Raises
    ------
    ToolkitError
        No contours are embedded at this level.

    Examples
    --------
    >>> neighbours(load_territory("DEP-23")).name.tolist()
    ['Allier', 'Cher', 'Corrèze', 'Indre', 'Puy-de-Dôme', 'Haute-Vienne']
    """
    if territory.level not in ("DEP", "REG"):
        say = interface_language()
        raise ToolkitError(say("error.no_adjacency", level=territory.level))
    pairs = load_adjacency()
    if territory.level == "REG":
        region = load_territories("DEP").set_index("code").region
        pairs = pairs.apply(lambda side: side.map(region))
    beside = pd.concat(
        [pairs.b[pairs.a == territory.code], pairs.a[pairs.b == territory.code]]
    ).unique()
    level = load_territories(territory.level)
    return level[level.code.isin(beside) & (level.code != territory.code)].reset_index(drop=True)


@recorded
@cache
def load_adjacency() -> pd.DataFrame:
    """Load the pairs of départements that share a border: columns a and b, codes, a < b."""
    return pd.read_csv(table_path("territories", "adjacency"), dtype=str)


def _territory(row: pd.Series) -> Territory:
    values = {name: None if pd.isna(value) else value for name, value in row.items()}
    return Territory(
        **{
            name: int(value) if name in ("article", "cog_year") and value is not None else value
            for name, value in values.items()
        }
    )


def _fold(text: str) -> str:
    """Strip accents, capitals, hyphens and apostrophes, so that names compare as people write."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.split(r"[^a-z0-9]+", plain)).strip()


@cache
def _folded_names(level: str | None) -> pd.Series:
    return load_territories(level).name.map(_fold)


def _named(text: str, level: str | None) -> pd.DataFrame:
    words = _fold(text)
    everything = load_territories(level)
    return everything[_folded_names(level) == words] if words else everything.iloc[:0]


def _unknown(text: str, level: str | None, same_name: pd.DataFrame) -> UnknownTerritoryError:
    """Make the error for a text that names no territory, or several, with the nearest ones."""
    say = interface_language()
    near = pd.concat([same_name, _near(text, level)]).drop_duplicates(["level", "code"])
    former = load_predecessors().query("code == @text")
    if not former.empty and level in (None, "COM"):
        near = load_territories("COM").query("code in @former.successor")
    listed = near.head(_MOST_CANDIDATES)
    ids = tuple(listed.level + "-" + listed.code)
    lines = [f"  {i}  {name}" for i, name in zip(ids, listed.name, strict=True)]
    if len(near) > len(listed):
        lines.append("  " + say("error.more_candidates", n=len(near) - len(listed), text=text))
    if not former.empty:
        key = "error.former_commune"
    elif not same_name.empty:
        key = "error.ambiguous_territory"
    else:
        key = "error.unknown_territory" if ids else "error.no_territory"
    return UnknownTerritoryError("\n".join([say(key, seen=text), *lines]), ids)


def _near(text: str, level: str | None) -> pd.DataFrame:
    """Return the territories a mistyped code or a partial name may mean, best first."""
    everything = load_territories(level)
    as_code = {text.upper(), *(text.upper().zfill(width) for width in (2, 5, 9))}
    by_code = everything[everything.code.isin(as_code)].sort_values("level", key=_level_rank)
    if not by_code.empty:
        return by_code
    with_words = find_territories(text, level=level) if _fold(text) else everything.iloc[:0]
    if not with_words.empty:
        return with_words
    folded = _folded_names(level)
    close = get_close_matches(_fold(text), folded.unique(), n=_MOST_CANDIDATES, cutoff=0.75)
    if not close:
        codes = get_close_matches(text.upper(), everything.code, n=3, cutoff=0.6)
        return everything[everything.code.isin(codes)]
    position = {name: rank for rank, name in enumerate(close)}
    found = everything[folded.isin(close)]
    return found.loc[folded[found.index].map(position).sort_values(kind="stable").index]


def _level_rank(levels: pd.Series) -> pd.Series:
    """Order départements first among territories of one code, as in `load_territory`."""
    return levels.map({"DEP": 0, "REG": 1, "EPCI": 2, "COM": 3, "FR": 4})


@recorded
@cache
def load_predecessors() -> pd.DataFrame:
    """Load former commune codes and today's commune of each (merged, recoded, delegated...)."""
    return pd.read_csv(table_path("territories", "predecessors"), dtype=str)
