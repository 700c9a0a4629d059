-- 係が閉じた: what it had is told to the managers of its successor.
create table closed_unit (
    unit_id   text primary key,
    closed_on date not null,
    successor text not null
);
grant select, insert on closed_unit to {app};
