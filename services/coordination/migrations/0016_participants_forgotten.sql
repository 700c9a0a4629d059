-- Whom 居場所 erased: nothing of their token is heard, and no case is joined to it, however late it comes. Append-only.
create table participant_forgotten (
    participant_id uuid primary key
);
grant select, insert on participant_forgotten to {app};
