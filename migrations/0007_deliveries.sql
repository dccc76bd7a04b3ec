-- The changes that were made with --best-effort, directly or from a spool: each is made once, however often it arrives.
create table delivered_changes (
  change_id text primary key,
  delivered_at text not null
);
