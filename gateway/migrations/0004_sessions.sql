-- Until when a session may do what is dangerous without asking for the password again, and who ended it (nobody: its person).
alter table session add column fresh_until timestamptz, add column revoked_by uuid references staff;
grant update (secret_hash, fresh_until, revoked_by) on session to {app};

-- Browsers somebody signed in with before. Their tries are counted apart, so that a stranger's tries slow no one down there.
create table known_browser (
    secret_hash bytea not null,
    staff_id    uuid not null references staff,
    last_at     timestamptz not null,
    primary key (secret_hash, staff_id)
);
grant select, insert, update (last_at), delete on known_browser to {app};
