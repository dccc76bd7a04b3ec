-- What is known of a flow while it runs: the process behind it, how far each stage is, what became of each point, and
-- which jobs wait for which.

-- One row per time that `pvt run` or `pvt watch` followed a job. `pid` is the flow's process (its group and session),
-- `watcher_pid` the one of pvt; a start beside each tells it from a later process of the same number. `command` is a
-- JSON array, null where somebody else started the flow. Output lies whole in its files; here is how much it was, its
-- beginning and its end.
create table runs (
  job_id text not null references jobs (job_id) on delete cascade,
  run_number bigint not null,
  kind text not null check (kind in ('run', 'watch')),
  command text,
  cwd text not null,
  host text not null,
  boot_id text,
  pid bigint,
  process_start text,
  watcher_pid bigint not null,
  watcher_start text,
  started_at text not null,
  seen_at text not null,
  ended_at text,
  exit_code bigint,
  signal text,
  output_path text,
  output_bytes bigint,
  output_head text,
  output_tail text,
  errors_path text,
  errors_bytes bigint,
  errors_head text,
  errors_tail text,
  primary key (job_id, run_number)
);

create index runs_open on runs (job_id) where ended_at is null;

-- How far a stage is, from the folders: points done and failed of those expected. `changed_at` is when the count last
-- moved.
create table stage_progress (
  job_id text not null references jobs (job_id) on delete cascade,
  stage text not null check (stage in ('gen', 'run', 'ext', 'srt', 'bkp', 'usr')),
  done bigint not null,
  failed bigint not null,
  expected bigint,
  first_at text not null,
  changed_at text not null,
  primary key (job_id, stage)
);

-- Each time that a point was simulated. `checked` is the flow's own word for it (job_stat.log), `farm_id` text because
-- farms count past 2^31. `started_at_local` is the log's own text: local time without a zone.
create table attempts (
  job_id text not null references jobs (job_id) on delete cascade,
  corner text not null,
  extraction text not null,
  temperature text not null,
  voltage_combo text not null,
  attempt bigint not null,
  state text not null check (state in ('submitted', 'running', 'done', 'failed')),
  checked text,
  farm_id text,
  log_path text,
  started_at_local text,
  elapsed_seconds double precision,
  cpu_seconds double precision,
  peak_memory_mb double precision,
  measurements_json text,
  failed_json text,
  seen_at text not null,
  primary key (job_id, corner, extraction, temperature, voltage_combo, attempt)
);

-- A job waits for another one. `after_job_id` is no foreign key: when that job is removed, the one that waits must be
-- told so, and not become ready.
create table dependencies (
  job_id text not null references jobs (job_id) on delete cascade,
  after_job_id text not null,
  condition text not null check (condition in ('ok', 'any', 'failed')),
  added_at text not null,
  primary key (job_id, after_job_id)
);

create index dependencies_by_upstream on dependencies (after_job_id);
