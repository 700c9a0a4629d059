-- The access log is copied elsewhere under another role, which may read it and mark what is copied, and nothing else.
-- A service says what was shown; when, under which id, and whether it was copied is not for it to say.
alter table access_log add column access_id uuid not null default gen_random_uuid(), add column published_at timestamptz;
create unique index access_log_by_access_id on access_log (access_id);
create index access_log_unpublished on access_log (id) where published_at is null;
revoke insert on access_log from {app};
grant insert (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen, trace_id) on access_log to {app};
grant select, update (published_at) on access_log to {app}_copy;
