-- Who works at a session of 居場所: their screens are told to look again.
create table session_staff (
    session_id uuid not null,
    staff_id   uuid not null,
    primary key (session_id, staff_id)
);

grant select, insert on session_staff to {app};
