-- The first schema. One text for SQLite and PostgreSQL: times are ISO 8601 UTC text, identifiers are text made by
-- the program, lists and records are JSON text, and a number with a fraction is "double precision" (PostgreSQL's
-- "real" has 4 bytes).

create table jobs (
  job_id text primary key,
  name text not null,
  status text not null check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  created_at text not null,
  updated_at text not null,
  started_at text,
  completed_at text,
  elapsed_seconds double precision,
  mode text,
  vccn text,
  vcctx text,
  vccana text,
  vcc text,
  supply_1st text,
  supply_2nd text,
  supply_3rd text,
  condition text,
  cpu_count bigint,
  memory_gb bigint,
  alter_extraction text,
  alter_string_count bigint,
  sim_mode text,
  gs_gf_corner text,
  vcc_vid text,
  simulator text,
  postlay_cross_cornerlist text,
  postlay_custom_corners text,
  config_text text,
  config_sha256 text,
  planned_stages text not null,
  current_stage text,
  completed_stages text not null,
  total_simulations bigint,
  stored_simulations integer not null default 0,
  successful_simulations integer not null default 0,
  failed_simulations integer not null default 0,
  domain_path text not null,
  config_file_path text,
  backup_path text,
  error_message text,
  error_stage text,
  "user" text not null,
  host text not null,
  description text,
  tags text not null
);

create index jobs_by_time on jobs (created_at desc, job_id desc);
create index jobs_by_status on jobs (status, created_at desc, job_id desc);
create index jobs_by_user on jobs ("user", created_at desc, job_id desc);
create index jobs_by_domain on jobs (domain_path, created_at desc, job_id desc);
create index jobs_by_backup on jobs (backup_path);

create table stages (
  job_id text not null references jobs (job_id) on delete cascade,
  stage text not null check (stage in ('gen', 'run', 'ext', 'srt', 'bkp', 'usr')),
  attempt bigint not null,
  status text not null check (status in ('running', 'done', 'failed', 'skipped')),
  started_at text,
  finished_at text,
  elapsed_seconds double precision,
  exit_code bigint,
  message text,
  primary key (job_id, stage, attempt)
);

-- The PVT points that a job is expected to deliver, in flow order.
create table points (
  job_id text not null references jobs (job_id) on delete cascade,
  ordinal bigint not null,
  corner text not null,
  extraction text not null,
  temperature text not null,
  temperature_c double precision not null,
  voltage_combo text not null,
  primary key (job_id, ordinal)
);

-- What was read, when and by whom. `files` is a JSON array of {path, size, sha256}, `problems` one of
-- {file, line, level, message}.
create table imports (
  import_id text primary key,
  job_id text not null references jobs (job_id) on delete cascade,
  path text not null,
  imported_at text not null,
  imported_by text not null,
  host text not null,
  program_version text not null,
  files text not null,
  files_read integer not null,
  points integer not null,
  results_new integer not null,
  results_updated integer not null,
  results_unchanged integer not null,
  measurements integer not null,
  failed_measurements integer not null,
  missing_points integer,
  disagreements text not null,
  problems text not null
);

create index imports_by_job on imports (job_id, imported_at);

-- One row per point and sweep row. The primary key serves look-ups by job and the cascade as well. `result_id` has no
-- index of its own, which took a sixth of the time of storing: it is the import's random id and a number.
-- `import_id` is no foreign key: both tables go with the job, and an unindexed child key makes each cascade scan this
-- table.
create table results (
  result_id text not null,
  job_id text not null references jobs (job_id) on delete cascade,
  corner text not null,
  extraction text not null,
  temperature text not null,
  temperature_c double precision not null,
  voltage_combo text not null,
  alter_number bigint not null,
  row_number bigint not null,
  sweep_json text not null,
  del_rr double precision,
  del_ff double precision,
  power double precision,
  current double precision,
  measurements_json text not null,
  failed_json text not null,
  status text not null check (status in ('ok', 'failed')),
  source text not null check (source in ('measure', 'report', 'creport')),
  netlist_path text,
  mt0_file_path text not null,
  import_id text,
  created_at text not null,
  primary key (job_id, corner, extraction, temperature, voltage_combo, alter_number, row_number)
);

-- Per job and measurement, written in the transaction that writes the results: a trend over 1,000 jobs reads 1,000
-- rows here instead of 100,000 JSON texts (0.8 ms instead of 110 ms, 2 % more space).
create table summaries (
  job_id text not null references jobs (job_id) on delete cascade,
  measurement text not null,
  ordinal bigint not null,
  count integer not null,
  failed integer not null,
  min double precision,
  min_point text,
  mean double precision,
  max double precision,
  max_point text,
  primary key (job_id, measurement)
);

create table job_logs (
  job_id text not null references jobs (job_id) on delete cascade,
  log_number bigint not null,
  logged_at text not null,
  level text not null check (level in ('debug', 'info', 'warning', 'error')),
  source text not null,
  message text not null,
  primary key (job_id, log_number)
);
