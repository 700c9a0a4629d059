-- 通知. Ids and codes only: nothing personal ever enters this database.
create table staff_assignment (
    assignment_id uuid primary key,
    staff_id      uuid not null,
    unit_id       text not null,
    role          text not null,
    from_date     date not null,
    until         date
);
create index staff_assignment_by_unit on staff_assignment (unit_id);

create table case_team (
    case_id  uuid not null,
    staff_id uuid not null,
    primary key (case_id, staff_id)
);

create table notice (
    notice_id    uuid primary key,
    recipient_id uuid not null,
    kind         text not null,
    raised_at    timestamptz not null,
    handoff_id   uuid,
    case_id      uuid,
    read_at      timestamptz
);
create index notice_by_recipient on notice (recipient_id, raised_at desc);

grant select, insert, update on staff_assignment to {app};
grant select, insert on case_team to {app};
grant select, insert, update (read_at) on notice to {app};
