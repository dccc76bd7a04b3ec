"""Runs recorded SQL statements on a SQLite file: one line of JSON in (a list of statements), milliseconds out.

    replay.py FILE bare     only the statements, from ready-made parameters; rows are fetched as tuples
    replay.py FILE whole    as a program has to: JSON columns are written from and read into Python's own values, and
                            rows become dictionaries

A statement is {sql, values} or {sql, rows}. Reading the line is not timed. The pragmas are those that pvt sets
(src/store/sqlite.ts).
"""

import json
import sqlite3
import sys
import time

PRAGMAS = ("synchronous = full", "foreign_keys = on", "journal_size_limit = 67108864",
           "trusted_schema = off", "cell_size_check = on")
JSON_COLUMNS = {"planned_stages", "completed_stages", "tags", "sweep_json", "measurements_json", "failed_json"}


def run_bare(connection, statements):
    for sql, values, rows in statements:
        if rows is None:
            connection.execute(sql, values).fetchall()
        else:
            connection.executemany(sql, rows)


def run_whole(connection, statements):
    for sql, values, rows in statements:
        if rows is None:
            cursor = connection.execute(sql, to_sql(values))
            if cursor.description is not None:
                to_dictionaries(cursor)
        else:
            connection.executemany(sql, [to_sql(row) for row in rows])


def to_sql(values):
    return [json.dumps(value) if isinstance(value, (dict, list)) else value for value in values]


def to_dictionaries(cursor):
    names = [column[0] for column in cursor.description]
    found = [name for name in names if name in JSON_COLUMNS]
    rows = [dict(zip(names, row)) for row in cursor.fetchall()]
    for row in rows:
        for name in found:
            row[name] = json.loads(row[name])
    return rows


def own_value(value):
    return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


def main():
    path, manner = sys.argv[1:]
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute("pragma " + pragma)
    assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
    run, prepare = {"bare": (run_bare, lambda value: value), "whole": (run_whole, own_value)}[manner]
    for line in sys.stdin:
        statements = [
            (s["sql"],
             [prepare(value) for value in s.get("values", ())],
             [[prepare(value) for value in row] for row in s["rows"]] if "rows" in s else None)
            for s in json.loads(line)
        ]
        start = time.perf_counter()
        run(connection, statements)
        print((time.perf_counter() - start) * 1000, flush=True)


main()
