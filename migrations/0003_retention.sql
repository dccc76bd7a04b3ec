-- What cleanup needs: jobs that it must never take, jobs that it has begun to take, and who is at it.

alter table jobs add column pinned integer not null default 0 check (pinned in (0, 1));

-- A large job goes in several transactions. One that stands here has lost some of its results: a cleanup that was
-- killed left it behind, and the next one takes the rest, unless the job has been run or imported again since.
create table removals (
  job_id text primary key references jobs (job_id) on delete cascade,
  completed_at text not null,
  begun_at text not null
);

-- Who does a task of which there must be one at a time. A lock of the database itself: no backup restores it.
create table locks (
  task text primary key,
  holder text not null,
  host text not null,
  pid bigint not null,
  process_start text,
  "user" text not null,
  since text not null,
  refreshed_at text not null
);
