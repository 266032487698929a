"""Findings and descriptions as sentences, made from results: no number is typed in prose."""

import pandas as pd

from toolkit.i18n import Language
from toolkit.records.population import INDEPENDENT_YEARS
from toolkit.records.similarity import CHANCE
from toolkit.records.territories import Territory

# The territories whose population rests in whole or in part on Mayotte's census.
_WITH_MAYOTTE = {"DEP-976", "REG-06", "FR"}
# Normandie, Bretagne and Corse bear no article in Insee's code, but do after "la population".
_FEMININE, _BEARING_LA = 3, {"REG-28", "REG-53", "REG-94"}


def describe_place(place: Territory, around: list[Territory], *, lang: Language) -> str:
    """Say what a territory is and where: level, code and the territories that contain it.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    names = {parent.level.lower(): parent.name for parent in around}
    alone = ".alone" if place.level == "COM" and place.epci is None else ""
    kind = lang(f"epci.{place.kind}") if place.kind else ""
    year = str(place.cog_year)
    return lang(f"place.{place.level}{alone}", code=place.code, kind=kind, year=year, **names)


def describe_growth(place: Territory, growth: pd.DataFrame, *, lang: Language) -> str:
    """Say how many live in a territory and how that changed, beside France.

    `growth` has a row for the territory, the first, and one for France, as `growth_of` gives.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    own = growth.iloc[0]
    article = _FEMININE if place.id in _BEARING_LA else place.article
    values = {
        "of_name": lang.of(place.name, article),
        "first_year": str(own.first_year),
        "last_year": str(own.last_year),
    }
    if pd.isna(own.change):
        known = "growth.unknown" if pd.isna(own["last"]) else "growth.no_change"
        return lang(known, last=_number(own["last"], lang), **values)
    change = round(own.change, 3)
    text = lang(
        f"growth.finding.{'stable' if change == 0 else 'up' if change > 0 else 'down'}",
        last=_number(own["last"], lang),
        change=lang.percent(abs(change)),
        yearly=lang.percent(own.yearly, 2, sign=True),
        **values,
    )
    if place.level == "FR":
        return text
    national = growth[growth.level == "FR"].yearly.iloc[0]
    return f"{text} {lang('growth.national', yearly=lang.percent(national, 2, sign=True))}"


def cautions_on_growth(place: Territory, growth: pd.DataFrame, *, lang: Language) -> list[str]:
    """List what must be known before these populations are compared.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    own = growth.iloc[0]
    years = {"first_year": str(own.first_year), "last_year": str(own.last_year)}
    apart = own.last_year - own.first_year >= INDEPENDENT_YEARS
    key = "caution.independent_years" if apart else "caution.overlapping_years"
    found = [lang(key, year=str(place.cog_year), **years)]
    if place.department == "976" or place.id in _WITH_MAYOTTE:
        found.append(lang("caution.mayotte"))
    return found


def explain_similar(alike: pd.DataFrame, *, lang: Language) -> str:
    """Say what similar means, and whether any territory is: `alike` as `similar_territories` gives.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    text, nearest = lang("similar.explain"), alike.distance.iloc[1:].min()
    if nearest > CHANCE:
        numbers = {"nearest": lang.number(nearest, 1), "chance": lang.number(CHANCE, 1)}
        text += " " + lang("similar.none_close", **numbers)
    return text


def describe_members(counts: dict[str, int], *, lang: Language) -> str:
    """Say how many territories of each level lie in one: counts by level, as "COM".

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    members = [lang.plural(f"members.count.{level}", n) for level, n in counts.items() if n]
    return lang("members.sentence", members=lang.join(members))


def _number(value: float, lang: Language) -> str:
    return "" if pd.isna(value) else lang.number(value)
