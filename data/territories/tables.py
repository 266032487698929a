"""Write the tables so that the same rows always give the same bytes."""

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

TEXT = pa.string()
TERRITORIES = pa.schema(
    {
        "level": TEXT,
        "code": TEXT,
        "name": TEXT,
        "kind": TEXT,
        "article": pa.int8(),
        "department": TEXT,
        "region": TEXT,
        "epci": TEXT,
        "seat": TEXT,
        "cog_year": pa.int16(),
    }
)
POPULATION = pa.schema(
    {
        "level": TEXT,
        "code": TEXT,
        "department": TEXT,
        "region": TEXT,
        "year": pa.int16(),
        "population": pa.int32(),
        "status": TEXT,
    }
)


def write_parquet(table: pd.DataFrame, path: Path, schema: pa.Schema) -> Path:
    """Write a table whose row groups a filter can skip.

    One group holds France, régions and départements, one the EPCI, and one the communes of each
    département: a filter on level and department reads one small group. The bytes depend on the
    version of pyarrow, which parquet records.
    """
    level, department = table["level"], table["department"]
    group = level.where(level.isin(["EPCI", "COM"]), "TOP")
    group = group.where(level != "COM", department)
    bounds = [0, *(group != group.shift()).to_numpy().nonzero()[0][1:], len(table)]
    rows = pa.Table.from_pandas(table[schema.names], schema=schema, preserve_index=False)
    rows = rows.replace_schema_metadata(None)
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=9) as writer:
        for start, end in pairwise(bounds):
            writer.write_table(rows.slice(start, end - start))
    return path


def write_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as CSV (RFC 4180, UTF-8, line feeds), missing values left empty."""
    path.write_bytes(table.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    return path


def same_rows(one: Path, other: Path) -> bool:
    """Tell whether two parquet files hold the same rows, whatever their bytes."""
    return pq.read_table(one).equals(pq.read_table(other))
