-- What each act of a manager changed, as it was made. Ids, roles and days alone: who they are is said beside it.
create table staff_change_line (
    change_id uuid not null references staff_change,
    kind      text not null check (kind in ('opens', 'closes', 'ends', 'begins')),
    unit_id   text not null references unit,
    successor text references unit,
    staff_id  uuid references staff,
    role      text,
    from_date date, -- the first day of what begins, or the day on which a unit closes
    until     date
);
create index staff_change_line_by_change on staff_change_line (change_id);
grant select, insert on staff_change_line to {app};

-- Of earlier acts what is still known: who began, and the end that was made last. Which unit an act opened or closed was not kept.
insert into staff_change_line (change_id, kind, unit_id, staff_id, role, from_date, until)
    select begun_by, 'begins', unit_id, staff_id, role, from_date, case when ended_by is null then until end
    from assignment where begun_by is not null;
insert into staff_change_line (change_id, kind, unit_id, staff_id, role, until)
    select ended_by, 'ends', unit_id, staff_id, role, until from assignment where ended_by is not null;
