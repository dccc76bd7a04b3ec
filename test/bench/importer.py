"""What a plain script does to get a run's files into a database that pvt made: sqlite3 and split().

usage: importer.py <database> <job> <folder>
       importer.py <database> --recursive <folder>

The same work as pvt's, with the same pragmas and into the same tables: every file is found, read and digested; every
source of a point is parsed; the rawest source is stored and the others are compared with it; what looks wrong is told
(look_over), and which expected points are missing; each row keeps its provenance (file, line, netlist and what the other
sources say), and the summaries and counts of the job are written.
With --recursive: a job for each backup below a folder, with its configuration and the points of its reports.
"""

import hashlib
import json
import os
import re
import sqlite3
import sys
import uuid

results = (
    "result_id, job_id, corner, extraction, temperature, temperature_c, voltage_combo, alter_number, row_number,"
    " sweep_json, del_rr, del_ff, power, current, measurements_json, failed_json, status, source, netlist_path,"
    " mt0_file_path, source_line, other_sources_json, import_id, created_at"
)
insert_result = f"insert into results ({results}) values ({', '.join('?' * 24)})"
not_measured = {"temper", "alter#", "index"}
now = "2026-02-01T08:00:00.000Z"
sources = ("measure", "report", "creport")


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


def creport_rows(text):
    lines = text.split("\n")
    start = next(at for at, line in enumerate(lines) if line.startswith("process\t"))
    names = lines[start].rstrip("\t").split("\t")
    supplies = [name for name in names if name in ("v1", "v2", "v3")]
    first = 3 + len(supplies)
    for at, line in enumerate(lines[start + 1:], start + 2):
        if line:
            fields = line.split("\t")
            temperature = fields[2].replace("-", "m")
            combo = "_".join(name + word for name, word in zip(supplies, fields[3:first]))
            yield (fields[0], fields[1], temperature, combo), at, names[first:], fields[first:], 0


def point_of(path):
    parts = path.split("/")
    if path.endswith(".txt"):
        found = re.match(r"report_(.+?)_(typical|r?c\w+_CC\w+_T)_(m?\d+)_(v1.+)\.txt", parts[-1])
        return found.groups() if found else None
    return parts[-5], parts[-4], parts[-3].rsplit("_", 1)[1], parts[-2]


def find(folder):
    """Every file of the flow with its source and its netlist, the rawest source first."""
    found = []
    for where, _, names in os.walk(folder):
        for name in sorted(names):
            if re.search(r"\.mt\d+$", name):
                netlist = re.sub(r"\.mt\d+$", ".sp", name)
                beside = os.path.join(where, netlist) if netlist in names else None
                found.append(("measure", os.path.join(where, name), beside))
            elif name == "creport.txt":
                found.append(("creport", os.path.join(where, name), None))
            elif name.startswith("report_"):
                found.append(("report", os.path.join(where, name), None))
    return sorted(found, key=lambda one: sources.index(one[0]))


def read(folder):
    """All rows of all files by point, alter and row: the rawest first, then what other sources tell."""
    files = []
    groups = {}
    warnings = []
    for source, path, netlist in find(folder):
        with open(path, "rb") as file:
            data = file.read()
        files.append({"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
        if netlist and os.path.getmtime(path) + 5 < os.path.getmtime(netlist):
            warnings.append(f"{path} is older than its netlist")
        text = data.decode()
        if source == "creport":
            rows = creport_rows(text)
        else:
            point = point_of(path)
            rows = ((point, *row) for row in (report_rows if source == "report" else measure_rows)(text))
        counts = {}
        for point, line, names, values, sweep in rows:
            told = dict(zip(names, map(number, values)))
            celsius = float(point[2].replace("m", "-"))
            if told.get("temper") not in (None, celsius):
                warnings.append(f"{path}:{line}: temper is {told['temper']}")
            alter = int(told.get("alter#") or 1)
            row = counts[point, alter] = counts.get((point, alter), 0) + 1
            swept = {key: told[key] for key in names[:sweep]}
            measured = {key: told[key] for key in names[sweep:] if key not in not_measured}
            failed = {key: text for key, text in zip(names, values) if key in measured and measured[key] is None}
            one = (source, path, netlist, line, celsius, swept, measured, failed)
            groups.setdefault((point, alter, row), []).append(one)
    return files, groups, warnings


def compare(groups):
    """For each row the other sources with whether they agree, and all values on which sources disagree."""
    disagreements = []
    others = {}
    for key, (winner, *rest) in groups.items():
        values = winner[6]
        said = []
        for source, path, _, line, _, _, measured, _ in rest:
            differing = [name for name in measured if name in values and values[name] != measured[name]]
            said.append({"source": source, "file": path, "line": line, "agrees": not differing})
            disagreements += [(key, name, values[name], measured[name]) for name in differing]
        others[key] = json.dumps(said) if said else None
    return others, disagreements


def look_over(files, groups):
    """What is read and looks wrong: all voltages of a corner alike, or one content at several points."""
    warnings = []
    places = {}
    points = {}
    for (point, _, _), (winner, *rest) in groups.items():
        places.setdefault(point[:3], {}).setdefault(point[3], []).append((winner[5], winner[6]))
        for source, path, *_ in (winner, *rest):
            if source != "creport":
                points[path] = point
    for place, voltages in places.items():
        first, *others = voltages.values()
        if others and all(other == first for other in others):
            warnings.append(f"{'/'.join(place)}: all {len(voltages)} voltages give identical values")
    contents = {}
    for file in files:
        if file["path"] in points:
            contents.setdefault(file["sha256"], set()).add(points[file["path"]][:3])
    warnings += [f"{digest}: the same content at {len(at)} points" for digest, at in contents.items() if len(at) > 1]
    return warnings


corners = ("TT", "FSG", "SFG", "FFG", "FFAG", "SSG", "SSAG", "FFG_SSG", "SSG_FFG")
levels = {"min": 0, "max": 1, "nom": 2}


def flow_order(point):
    """The flow's loops: corners in their order; of the voltages nominal last, else the third supply outermost."""
    corner, extraction, temperature, combo = point
    order = corners.index(corner) if corner in corners else len(corners)
    words = [levels.get(word[2:], 0) for word in combo.split("_")]
    voltage = (words == [2] * len(words), words[2:3], words[0], words[1:2])
    tail = temperature in ("85", "100")
    celsius = float(temperature.replace("m", "-"))
    return tail, extraction != "typical", order, corner, "worst" not in extraction, extraction, celsius, voltage


def expect(connection, job, folder, groups):
    """The points to expect, in flow order: the job's, or else those of the run, which it then has."""
    expected = connection.execute(
        "select corner, extraction, temperature, voltage_combo from points where job_id = ? order by ordinal", (job,)
    ).fetchall()
    if expected or not os.path.basename(folder).startswith("00bkp_"):
        return expected
    expected = sorted({point for point, _, _ in groups}, key=flow_order)
    connection.executemany(
        "insert into points values (?, ?, ?, ?, ?, ?, ?)",
        [(job, at, *point[:3], float(point[2].replace("m", "-")), point[3]) for at, point in enumerate(expected, 1)],
    )
    connection.execute("update jobs set total_simulations = ? where job_id = ?", (len(expected), job))
    return expected


def summarise(groups, expected):
    """Count, failed, least, its point, sum, most and its point of each measurement, taken in flow order."""
    places = {point: at for at, point in enumerate(expected)}
    summaries = {}
    for key in sorted(groups, key=lambda key: places.get(key[0], len(places))):
        name = "/".join(key[0])
        for measurement, value in groups[key][0][6].items():
            summary = summaries.get(measurement)
            if summary is None:
                summary = summaries[measurement] = [0, 0, None, None, 0.0, None, None]
            if value is None:
                summary[1] += 1
                continue
            summary[0] += 1
            summary[4] += value
            if summary[2] is None or value < summary[2]:
                summary[2:4] = value, name
            if summary[5] is None or value > summary[5]:
                summary[5:7] = value, name
    return summaries


def store(connection, job, folder):
    files, groups, warnings = read(folder)
    others, disagreements = compare(groups)
    warnings += look_over(files, groups)
    import_id = os.urandom(8).hex()
    rows = []
    failures = set()
    for at, (key, (winner, *_)) in enumerate(groups.items(), 1):
        point, alter, row = key
        source, path, netlist, line, celsius, swept, measured, failed = winner
        rows.append((
            f"{import_id}-{at}", job, point[0], point[1], point[2], celsius, point[3], alter, row,
            json.dumps(swept), measured.get("del_rr"), measured.get("del_ff"), measured.get("power"),
            measured.get("current"), json.dumps(measured), json.dumps(failed), "failed" if failed else "ok",
            source, netlist, path, line, others[key], import_id, now,
        ))  # fmt: skip
        if failed:
            failures.add(point)
    points = {point for point, _, _ in groups}
    expected = expect(connection, job, folder, groups)
    missing = [point for point in expected if point not in points]
    unexpected = points.difference(expected) if expected else set()
    warnings += [f"{len(unexpected)} points are not among the expected ones"] if unexpected else []
    connection.executemany(insert_result, rows)
    connection.executemany(
        "insert into summaries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (job, measurement, at, count, bad, least, least_at, total / count if count else None, most, most_at)
            for at, (measurement, (count, bad, least, least_at, total, most, most_at)) in enumerate(
                summarise(groups, expected).items(), 1
            )
        ],
    )
    connection.execute(
        "insert into imports (import_id, job_id, path, imported_at, imported_by, host, program_version, files,"
        " files_read, points, results_new, results_updated, results_unchanged, measurements, failed_measurements,"
        " missing_points, disagreements, problems)"
        " values (?, ?, ?, ?, '', '', '', ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?)",
        (
            import_id, job, folder, now, json.dumps(files), len(files), len(points), len(rows),
            sum(len(winner[6]) for winner, *_ in groups.values()),
            sum(len(winner[7]) for winner, *_ in groups.values()),
            len(missing), json.dumps(disagreements), json.dumps(warnings),
        ),
    )  # fmt: skip
    connection.execute(
        "update jobs set stored_simulations = ?, successful_simulations = ?, failed_simulations = ?, updated_at = ?"
        " where job_id = ?",
        (len(points), len(points) - len(failures), len(failures), now, job),
    )
    connection.execute(
        "insert into job_logs select ?, coalesce(max(log_number), 0) + 1, ?, 'info', 'script', ? from job_logs"
        " where job_id = ?",
        (job, now, f"imported {folder}: {len(missing)} missing", job),
    )


def import_all(connection, root):
    """A job for each backup that has none."""
    for folder, folders, _ in os.walk(root):
        folders.sort()
        if not os.path.basename(folder).startswith("00bkp_"):
            continue
        folders.clear()
        if connection.execute("select 1 from jobs where backup_path = ?", (folder,)).fetchone():
            continue
        domain = os.path.dirname(folder)
        with open(os.path.join(domain, "config.cfg")) as file:
            text = file.read()
        config = dict(line.split(":")[:2] for line in text.split("\n") if ":" in line)
        job = str(uuid.uuid4())
        connection.execute("begin immediate")
        connection.execute(
            "insert into jobs (job_id, name, status, created_at, updated_at, completed_at, mode, condition, simulator,"
            " config_text, config_sha256, planned_stages, completed_stages, domain_path, backup_path, user, host, tags)"
            " values (?, ?, 'completed', ?, ?, ?, ?, ?, ?, ?, ?, '[]', '[]', ?, ?, '', '', '[]')",
            (
                job, os.path.basename(domain), now, now, now, config.get("mode"), config.get("condition"),
                config.get("simulator"), text, hashlib.sha256(text.encode()).hexdigest(), domain, folder,
            ),
        )  # fmt: skip
        store(connection, job, folder)
        connection.execute("commit")


def main(database, job, folder):
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma synchronous = full")
    if job == "--recursive":
        import_all(connection, folder)
    else:
        connection.execute("begin immediate")
        store(connection, job, folder)
        connection.execute("commit")
    connection.close()


main(*sys.argv[1:])
