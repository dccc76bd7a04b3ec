"""What a small Python tool would do for two commands of pvt: parse its arguments, open the database, one change or list.

    tracker.py --db FILE stage done STAGE --job ID      the statements of `pvt stage done`
    tracker.py --db FILE history [--limit N]            the query and the columns of `pvt history`
"""

import argparse
import json
import sqlite3
from datetime import datetime, timezone

STAGES = ("gen", "run", "ext", "srt", "bkp", "usr")


def connect(path):
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.row_factory = sqlite3.Row
    for pragma in ("synchronous = full", "foreign_keys = on"):
        connection.execute("pragma " + pragma)
    return connection


def stage_done(connection, stage, job_prefix):
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    low = job_prefix + "00000000-0000-0000-0000-000000000000"[len(job_prefix):]
    high = job_prefix + "ffffffff-ffff-ffff-ffff-ffffffffffff"[len(job_prefix):]
    found = connection.execute(
        "select * from jobs where job_id between ? and ? limit 9", (low, high)).fetchall()
    if len(found) != 1:
        raise SystemExit("no such job, or several")
    job_id = found[0]["job_id"]
    connection.execute("begin immediate")
    job = connection.execute(
        "update jobs set updated_at = updated_at where job_id = ? returning *", (job_id,)).fetchone()
    stages = connection.execute("select * from stages where job_id = ? order by attempt", (job_id,)).fetchall()
    latest = [row for row in stages if row["stage"] == stage][-1]
    done = {row["stage"] for row in stages if row["status"] == "done"} | {stage}
    started = datetime.fromisoformat(latest["started_at"].replace("Z", "+00:00"))
    elapsed = (datetime.now(timezone.utc) - started).total_seconds()
    connection.execute(
        "update jobs set current_stage = ?, completed_stages = ?, updated_at = ?"
        " where job_id = ? and status = ? returning job_id",
        (stage, json.dumps([name for name in STAGES if name in done]), now, job_id, job["status"])).fetchall()
    connection.execute(
        "insert into stages values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (job_id, stage, attempt) do update set"
        " status = excluded.status, finished_at = excluded.finished_at, elapsed_seconds = excluded.elapsed_seconds",
        (job_id, stage, latest["attempt"], "done", latest["started_at"], now, elapsed, None, None,
         job["created_at"]))
    connection.execute(
        "insert into job_logs (job_id, log_number, logged_at, level, source, message)"
        " select ?1, coalesce(max(log_number), 0) + 1, ?2, 'info', 'pvt', ?3 from job_logs where job_id = ?1",
        (job_id, now, f"stage {stage} done"))
    connection.execute("commit")
    print(f"{job_id[:8]} stage {stage} done")


def history(connection, limit):
    rows = connection.execute(
        "select * from jobs order by created_at desc, job_id desc limit ?", (limit,)).fetchall()
    for row in rows:
        simulations = f"{row['successful_simulations']} ok of {row['total_simulations']}"
        print(f"{row['job_id'][:8]}  {row['name']:<12}  {row['status']:<9}  {row['current_stage'] or '-':<5}"
              f"  {row['created_at']:<24}  {row['elapsed_seconds'] or '-':>8}  {simulations:<14}  {row['user']:<8}"
              f"  {row['domain_path']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", required=True)
    commands = parser.add_subparsers(dest="command", required=True)
    stage = commands.add_parser("stage").add_subparsers(dest="mark", required=True)
    done = stage.add_parser("done")
    done.add_argument("stage", choices=STAGES)
    done.add_argument("--job", required=True)
    listing = commands.add_parser("history")
    listing.add_argument("--limit", type=int, default=100)
    options = parser.parse_args()
    connection = connect(options.db)
    if options.command == "stage":
        stage_done(connection, options.stage, options.job)
    else:
        history(connection, options.limit)
    connection.close()


main()
