-- Where every value comes from: the line of the file, the other sources that tell the same row, and the measurements
-- that were taken from one of them; and with every import what it changed and what it no longer found.

-- 1-based; null for what was stored before this column was there.
alter table results add column source_line bigint;
-- A JSON array of {source, file, line, agrees}; null where the row has one source.
alter table results add column other_sources_json text;
-- A JSON record of the measurements that another source brought than the row's: name to {source, file, line,
-- import_id}; null where there are none.
alter table results add column measurement_sources_json text;

alter table imports add column prefer text;
alter table imports add column results_pruned bigint not null default 0;
-- `changes` and `vanished` are JSON arrays; beside them how many there were, because very long lists are cut.
alter table imports add column changes text not null default '[]';
alter table imports add column changes_count bigint not null default 0;
alter table imports add column vanished text not null default '[]';
alter table imports add column vanished_count bigint not null default 0;
