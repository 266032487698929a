"""Which territories there are, by id: three columns of one table, read without pandas.

A batch over 35,000 communes is planned from this before anything heavy is imported.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.records.sources import damaged, table_path


@dataclass(frozen=True)
class Place:
    """A territory's level and code, and the département it is attached to, if it is to one."""

    level: str
    code: str
    department: str | None

    @property
    def id(self) -> str:
        """Level and code in one word: "DEP-23"; "FR" for France."""
        return self.level if self.level == "FR" else f"{self.level}-{self.code}"


def list_places(levels: Sequence[str] = (), *, department: str | None = None) -> list[Place]:
    """List the territories of some levels (of all by default), by level as given and by code.

    Examples
    --------
    >>> [place.id for place in list_places(["DEP"])[:2]]
    ['DEP-01', 'DEP-02']
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = table_path("territories", "territories")
    try:  # `pq.read_table` would import pandas
        table = pq.ParquetFile(path).read(columns=["level", "code", "department"])
    except (OSError, pa.ArrowException) as error:
        raise damaged(path, error) from error
    columns = (table.column(name).to_pylist() for name in ("level", "code", "department"))
    places = [
        Place(level, code, within)
        for level, code, within in zip(*columns, strict=True)
        if (not levels or level in levels) and department in (None, within)
    ]
    order = {level: rank for rank, level in enumerate(levels)}
    return sorted(places, key=lambda place: (order.get(place.level, 0), place.code))
