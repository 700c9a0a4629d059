-- What a command handed in is about, so that an erasure finds it; and what was erased, for what is handed in later. Ids alone.
-- What waits from before has none: it goes with its author's decision.
alter table handed_in add column about uuid[] not null default '{}';
create table erased (
    record_id uuid primary key,
    erased_at timestamptz not null
);
grant select, insert on erased to {app};
