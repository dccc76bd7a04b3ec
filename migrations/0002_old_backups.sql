-- What is known of a run that was recorded long after it: where its configuration comes from, which files its backup
-- held (so that a copy elsewhere is not taken for another run), and what its simulation.log says.

alter table jobs add column config_source text check (config_source in ('given', 'beside', 'inferred'));
alter table jobs add column backup_sha256 text;

create index jobs_by_backup_content on jobs (backup_sha256);

update jobs set config_source = 'given' where mode is not null;

-- One row per log. `success` is 1 when the simulator said that it completed. `started_at_local` is the log's own text:
-- local time without a zone.
create table simulation_logs (
  job_id text not null references jobs (job_id) on delete cascade,
  log_path text not null,
  point text,
  simulator text,
  simulator_version text,
  success integer not null,
  started_at_local text,
  elapsed_seconds double precision,
  cpu_seconds double precision,
  peak_memory_mb double precision,
  measures bigint,
  warnings integer not null,
  working_directory text,
  primary key (job_id, log_path)
);
