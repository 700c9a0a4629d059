-- 居場所. A session counts on the day it began; facts that come late are counted there too, corrected ones nowhere.
create table fact_session (
    session_id uuid primary key,
    unit_id    text not null,
    day        date not null
);
create table fact_session_closed (
    session_id uuid primary key references fact_session
);
create table fact_attendance (
    attendance_id  uuid primary key,
    session_id     uuid not null references fact_session,
    kind           text not null,
    participant_id uuid
);
create table fact_correction (
    attendance_id uuid primary key references fact_attendance
);
create index fact_session_day on fact_session (day);
create index fact_attendance_session on fact_attendance (session_id);

grant select, insert on fact_session, fact_session_closed, fact_attendance, fact_correction to {app};
