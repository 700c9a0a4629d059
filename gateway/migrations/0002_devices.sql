-- Devices that keep records: who set up what, when it was last heard of, how much waits on it. Revoking is one row.
create table device (
    device_id       uuid primary key,
    registered_at   timestamptz not null,
    last_contact_at timestamptz not null,
    waiting         int not null default 0,
    revoked_at      timestamptz,
    revoked_by      uuid references staff
);
create table device_private (
    device_id uuid primary key references device,
    name      text not null
);
-- What proves that a sealed command was made by this person's unlocked vault on this device.
create table device_key_private (
    device_id     uuid not null references device,
    staff_id      uuid not null references staff,
    secret        bytea not null,
    registered_at timestamptz not null,
    primary key (device_id, staff_id)
);
create index device_key_by_staff on device_key_private (staff_id);

-- Commands handed in without their author: kept sealed until the author decides. Rows stay.
create table handed_in (
    command_id  uuid primary key,
    device_id   uuid not null references device,
    author_id   uuid not null references staff,
    kid         text not null,
    sealed      bytea not null,
    received_at timestamptz not null,
    state       text not null default 'waiting' check (state in ('waiting', 'sent', 'withdrawn')),
    decided_at  timestamptz
);
create index handed_in_by_author on handed_in (author_id, received_at) where state = 'waiting';

grant select, insert, update (last_contact_at, waiting, revoked_at, revoked_by) on device to {app};
grant select, insert, update on device_private to {app};
grant select, insert on device_key_private to {app};
grant select, insert, update (state, decided_at) on handed_in to {app};
