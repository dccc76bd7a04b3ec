-- Limits are kept with the work: every version of a domain's limits file, as text, so that an old verdict can be
-- explained. They belong to the domain, and stay when its jobs go.
create table limits (
  domain_path text not null,
  version bigint not null,
  limits_text text not null,
  limits_sha256 text not null,
  file_path text not null,
  limit_count integer not null,
  set_by text not null,
  set_at text not null,
  primary key (domain_path, version)
);

-- A violated limit that somebody accepts for a while. `point` is a glob, null for every point.
create table waivers (
  waiver_id text primary key,
  domain_path text not null,
  measurement text not null,
  point text,
  reason text not null,
  until text not null,
  waived_by text not null,
  waived_at text not null
);

create index waivers_by_domain on waivers (domain_path, measurement);

-- What a job's checks came to. `limits_version` is null for limits from a file that the domain does not have.
-- `findings` is a JSON array of the limits that did not pass, with the waivers that counted.
create table verdicts (
  job_id text not null references jobs (job_id) on delete cascade,
  verdict_number bigint not null,
  verdict text not null check (verdict in ('pass', 'near', 'waived', 'incomplete', 'fail')),
  checked_at text not null,
  checked_by text not null,
  limits_version bigint,
  limits_path text not null,
  limits_sha256 text not null,
  limits_checked integer not null,
  findings text not null,
  primary key (job_id, verdict_number)
);
