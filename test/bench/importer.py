"""Imports measure files or a backup's reports into a database that pvt made, as a plain script would.

usage: importer.py <database> <job> <folder>
"""

import hashlib
import json
import os
import re
import sqlite3
import sys

columns = (
    "result_id, job_id, corner, extraction, temperature, temperature_c, voltage_combo, alter_number, row_number,"
    " sweep_json, del_rr, del_ff, power, current, measurements_json, failed_json, status, source, netlist_path,"
    " mt0_file_path, source_line, import_id, created_at"
)
insert = f"insert into results ({columns}) values ({', '.join('?' * 23)})"
not_measured = {"temper", "alter#", "index"}


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def measure_rows(text):
    """The records of a measure file: tokens are counted, since names and values wrap."""
    tokens = []
    names = None
    sweep = 0
    for at, line in enumerate(text.splitlines(), 1):
        if line.startswith("$"):
            count = re.search(r"PARAM_COUNT=(\d+)", line)
            sweep = int(count.group(1)) if count else 0
        elif not line.startswith(".TITLE"):
            if not tokens:
                begin = at
            tokens += line.split()
            if names is None:
                if tokens[-1] == "alter#":
                    names, tokens = tokens, []
            elif len(tokens) == len(names):
                yield begin, names, tokens, sweep
                tokens = []


def report_rows(text):
    lines = text.split("\n")
    names = lines[0].rstrip("\t").split("\t")
    for at, line in enumerate(lines[1:], 2):
        if line.strip():
            yield at, names, line.split("\t"), 0


def point_of(path):
    parts = path.split("/")
    if path.endswith(".txt"):
        found = re.match(r"report_(.+?)_(typical|.+_T)_(m?\d+)_(v1.+)\.txt", parts[-1])
        return found.groups() if found else None
    return parts[-5], parts[-4], parts[-3].rsplit("_", 1)[1], parts[-2]


def results(folder, job, files):
    counts = {}
    number_of = 0
    for where, _, names_here in os.walk(folder):
        for name in sorted(names_here):
            is_report = name.startswith("report_") or name == "creport.txt"
            if not is_report and not re.search(r"\.mt\d+$", name):
                continue
            path = os.path.join(where, name)
            with open(path, "rb") as file:
                data = file.read()
            files.append({"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
            if name == "creport.txt":
                # Read and parted like the others; it tells the same rows again.
                for line in data.decode().split("\n"):
                    [number(field) for field in line.rstrip("\t").split("\t")]
                continue
            corner, extraction, temperature, voltage = point_of(path)
            celsius = float(temperature.replace("m", "-"))
            for line, names, values, sweep in (report_rows if is_report else measure_rows)(data.decode()):
                told = dict(zip(names, map(number, values)))
                alter = int(told.get("alter#") or 1)
                swept = {key: told[key] for key in names[:sweep]}
                measured = {key: told[key] for key in names[sweep:] if key not in not_measured}
                failed = {key: text for key, text in zip(names, values) if key in measured and measured[key] is None}
                key = (corner, extraction, temperature, voltage, alter)
                row = counts[key] = counts.get(key, 0) + 1
                number_of += 1
                yield (
                    f"import-{number_of}", job, corner, extraction, temperature, celsius, voltage, alter, row,
                    json.dumps(swept), measured.get("del_rr"), measured.get("del_ff"), measured.get("power"),
                    measured.get("current"), json.dumps(measured), json.dumps(failed),
                    "failed" if failed else "ok", "report" if is_report else "measure", None, path, line,
                    "import", "2026-02-01T08:00:00.000Z",
                )  # fmt: skip


def main(database, job, folder):
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma synchronous = full")
    connection.execute("begin immediate")
    files = []
    connection.executemany(insert, results(folder, job, files))
    connection.execute(
        "insert into imports (import_id, job_id, path, imported_at, imported_by, host, program_version, files,"
        " files_read, points, results_new, results_updated, results_unchanged, measurements, failed_measurements,"
        " disagreements, problems) values ('import', ?, ?, '', '', '', '', ?, ?, 0, 0, 0, 0, 0, 0, '[]', '[]')",
        (job, folder, json.dumps(files), len(files)),
    )
    connection.execute("commit")
    connection.close()


main(*sys.argv[1:])
