"""Reads tables as somebody would who was not told how they were written: every reader with its defaults.

read_tables.py READER CONVERSATIONS ENTRIES prints {"conversations": rows, "ids": [...], "texts": [...], "json": [...]}.
"""

import csv
import json
import sys


def by_python3(path):
    with open(path, newline="", encoding="utf8") as file:
        return list(csv.DictReader(file))


def by_pandas(path):
    import pandas

    read = pandas.read_parquet if "parquet" in path else pandas.read_csv
    table = read(path)
    return table.astype(object).where(table.notna(), None).to_dict("records")


def by_duckdb(path):
    import duckdb

    read = "read_parquet" if "parquet" in path else "read_csv"
    found = duckdb.execute(f"select * from {read}('{path}')")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row)) for row in found.fetchall()]


def by_pyarrow(path):
    if path.endswith(".csv"):
        from pyarrow import csv as reader

        return reader.read_csv(path).to_pylist()
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path, partitioning=None).to_pylist()


reader, conversations, entries = sys.argv[1:]
read = globals()[f"by_{reader}"]
rows = read(entries)
print(
    json.dumps(
        {
            "conversations": len(read(conversations)),
            "ids": [row["conversation_id"] for row in rows],
            "texts": [row["text"] for row in rows],
            "json": [row["json"] for row in rows],
        },
        default=str,
    )
)
