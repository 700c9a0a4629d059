-- What a manager changed about assignments in one act, and why. The note may name people: it lies apart.
create table staff_change (
    change_id  uuid primary key,
    changed_by uuid not null references staff,
    changed_at timestamptz not null
);
create table staff_change_private (
    change_id uuid primary key references staff_change,
    note      text not null
);
alter table assignment add column begun_by uuid references staff_change, add column ended_by uuid references staff_change;

-- A code that lets somebody choose their first password, or another one after forgetting it. The newest counts, once.
create table set_up_code_private (
    staff_id    uuid primary key references staff,
    code_hash   bytea not null,
    issued_by   uuid not null references staff,
    valid_until timestamptz not null
);

grant select, insert on staff_change, staff_change_private to {app};
grant select, insert, update, delete on set_up_code_private to {app};
