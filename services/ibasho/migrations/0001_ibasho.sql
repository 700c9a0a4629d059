-- 居場所. Ids and codes here; nicknames, closing lines and reasons in *_private. 居場所 keeps no name, no birth date, no case.
create table place (
    place_id  uuid primary key,
    unit_id   text not null,
    from_date date not null,
    until     date
);
-- A name holds from its day until the next one: history stays under the old name, statistics run through by id.
create table place_name (
    place_id  uuid not null references place,
    from_date date not null,
    name      text not null,
    primary key (place_id, from_date)
);
create table programme (
    programme_id uuid primary key,
    unit_id      text not null
);
create table programme_name (
    programme_id uuid not null references programme,
    from_date    date not null,
    name         text not null,
    primary key (programme_id, from_date)
);

create table session (
    session_id   uuid,
    place_id     uuid not null references place,
    programme_id uuid not null references programme,
    starts_at    timestamptz not null,
    ends_at      timestamptz not null,
    style        text not null,
    capacity     int,
    scheduled_by uuid not null,
    scheduled_at timestamptz not null,
    opened_at    timestamptz,
    closed_at    timestamptz,
    constraint session_is_scheduled_once primary key (session_id)
);
create index session_by_start on session (starts_at);
create table session_staff (
    session_id uuid not null references session,
    staff_id   uuid not null,
    primary key (session_id, staff_id)
);
create index session_by_staff on session_staff (staff_id);

-- Somebody known by a nickname or by what stands on a paper token. The first id and code a person came with stay theirs;
-- what a second tablet made for the same person at the same time is an alias.
create table participant (
    participant_id uuid primary key,
    place_id       uuid not null references place,
    code           text not null unique,
    made_at        timestamptz not null
);
create index participant_by_place on participant (place_id);
create table participant_private (
    participant_id uuid primary key references participant,
    place_id       uuid not null references place,
    nickname       text not null,
    nickname_key   text not null,
    unique (place_id, nickname_key)
);
create table participant_alias (
    alias_id       uuid primary key,
    participant_id uuid not null references participant,
    code           text unique
);

-- Facts: appended, never changed. A correction is a fact of its own.
create table attendance (
    attendance_id  uuid not null,
    session_id     uuid not null references session,
    kind           text not null,
    participant_id uuid references participant,
    at             timestamptz not null,
    recorded_by    uuid not null,
    recorded_at    timestamptz not null,
    captured_at    timestamptz not null,
    constraint attendance_is_logged_once primary key (attendance_id)
);
create index attendance_by_session on attendance (session_id);
create index attendance_by_participant on attendance (participant_id);
create table correction (
    correction_id uuid primary key,
    attendance_id uuid not null references attendance,
    corrected_by  uuid not null,
    corrected_at  timestamptz not null
);
create index correction_by_attendance on correction (attendance_id);
create table correction_private (
    correction_id uuid primary key references correction,
    note          text not null
);
create table closing_line_private (
    closing_id uuid primary key,
    session_id uuid not null references session,
    written_by uuid not null,
    written_at timestamptz not null,
    line       text not null
);
create index closing_line_by_session on closing_line_private (session_id);

grant select, insert on place, place_name, programme, programme_name to {app};
grant select, insert on session_staff, participant, participant_private, participant_alias, attendance, correction,
    correction_private, closing_line_private to {app};
grant select, insert, update (opened_at, closed_at) on session to {app};
