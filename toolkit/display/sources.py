"""Whose data it is: licences and attributions, beside every number made from them."""

from collections.abc import Iterable
from datetime import date

from toolkit.display.blocks import Table
from toolkit.i18n import Language
from toolkit.records.sources import Source


def attribution(sources: Iterable[Source], *, lang: Language) -> str:
    """Return the line to print under a figure: each producer, and its latest update.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    latest: dict[str, date] = {}
    for source in sources:
        day = source.updated_on or date.min
        latest[source.publisher] = max(day, latest.get(source.publisher, day))
    updates = [
        publisher
        if day == date.min
        else lang("source.update", publisher=publisher, date=lang.date(day))
        for publisher, day in latest.items()
    ]
    return lang("source.line", sources=lang.join(updates))


def tabulate_sources(sources: Iterable[Source], *, lang: Language) -> Table:
    """Lay out the sources of a report: title, producer, licence and attribution.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    unique = {source.id: source for source in sources}.values()
    return Table(
        caption=lang("source.table.caption"),
        header=tuple(
            lang(f"source.column.{name}")
            for name in ("title", "publisher", "licence", "attribution")
        ),
        rows=tuple(
            (s.title[lang.code], s.publisher, s.licence, s.attribution[lang.code]) for s in unique
        ),
        text_columns=frozenset(range(4)),
    )
