-- Staff, units, dated assignments, sign-in. The gateway's own facts and no other rule.
create table unit (
    unit_id   text primary key,
    name      text not null,
    closed_on date,
    successor text references unit
);
create table staff (
    staff_id uuid primary key,
    login    text not null unique
);
create table staff_private (
    staff_id uuid primary key references staff,
    name     text not null
);
create table credential_private (
    staff_id      uuid primary key references staff,
    password_hash text not null,
    changed_at    timestamptz not null
);

-- Dated: who is what, where, from when until when. Nobody is moved; an assignment ends and another begins.
create table assignment (
    assignment_id uuid primary key,
    staff_id      uuid not null references staff,
    unit_id       text not null references unit,
    role          text not null,
    from_date     date not null,
    until         date
);
create index assignment_by_staff on assignment (staff_id);

-- The cookie's value is never stored, only its SHA-256. Revoking is one row, effective with the next statement.
create table session (
    session_id   uuid primary key,
    secret_hash  bytea not null unique,
    staff_id     uuid not null references staff,
    device_id    uuid not null,
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    revoked_at   timestamptz
);
create index session_by_staff on session (staff_id) where revoked_at is null;

-- Failed sign-ins by hashed account and address: they slow the next try down, they lock nobody out.
create table sign_in_failure (
    key     bytea primary key,
    count   int not null,
    last_at timestamptz not null
);

grant select, insert, update on unit, staff, staff_private, assignment to {app};
grant select, insert, update on credential_private to {app};
grant select, insert, update (last_seen_at, revoked_at) on session to {app};
grant select, insert, update, delete on sign_in_failure to {app};
