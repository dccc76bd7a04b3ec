"""What a plain script does with years of backups: every creport.txt below a folder, split, into a SQLite file.

    recursive.py FOLDER FILE
"""

import json
import os
import sqlite3
import sys
import uuid


def read(path):
    with open(path) as file:
        lines = file.read().split("\n")
    start = next(index for index, line in enumerate(lines) if line.startswith("process\t"))
    names = [name for name in lines[start].split("\t") if name]
    supplies = [name for name in names if name in ("v1", "v2", "v3")]
    first = 3 + len(supplies)
    for line in lines[start + 1:]:
        if not line:
            continue
        fields = line.split("\t")
        combo = "_".join(name + word for name, word in zip(supplies, fields[3:first]))
        values = {name: float(text) for name, text in zip(names[first:-2], fields[first:])}
        yield fields[0], fields[1], fields[2], combo, json.dumps(values)


def main():
    folder, database = sys.argv[1:]
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript("""
        pragma journal_mode = wal; pragma synchronous = full;
        create table jobs (job_id text primary key, backup_path text unique, config_text text);
        create table results (job_id text, corner text, extraction text, temperature text, voltage_combo text,
            measurements_json text, primary key (job_id, corner, extraction, temperature, voltage_combo));
    """)
    for path, folders, _ in os.walk(folder):
        folders.sort()
        if not os.path.basename(path).startswith("00bkp_"):
            continue
        folders.clear()
        config = os.path.join(os.path.dirname(path), "config.cfg")
        job = str(uuid.uuid4())
        rows = [(job, *row) for row in read(os.path.join(path, "report", "creport.txt"))]
        connection.execute("begin immediate")
        with open(config) as file:
            connection.execute("insert into jobs values (?, ?, ?)", (job, path, file.read()))
        connection.executemany("insert into results values (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("commit")
    connection.close()


main()
