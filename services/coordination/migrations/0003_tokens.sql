-- 札とケース. What 居場所 says of every token is heard and kept without a person; only a joined token's rows are copied to a
-- case, and they go when it is separated. The link is told to nobody.
create table attendance_heard (
    attendance_id  uuid primary key,
    participant_id uuid not null,
    session_id     uuid not null,
    kind           text not null,
    at             timestamptz not null,
    recorded_at    timestamptz not null
);
create index attendance_heard_by_participant on attendance_heard (participant_id);

create table case_token (
    case_id        uuid not null references case_file,
    participant_id uuid not null,
    joined_by      uuid not null,
    joined_at      timestamptz not null,
    primary key (case_id, participant_id)
);
create index case_token_by_participant on case_token (participant_id);

create table case_attendance (
    case_id        uuid not null references case_file,
    attendance_id  uuid not null,
    participant_id uuid not null,
    session_id     uuid not null,
    kind           text not null,
    at             timestamptz not null,
    recorded_at    timestamptz not null,
    primary key (case_id, attendance_id)
);

grant select, insert, delete on attendance_heard, case_token, case_attendance to {app};
