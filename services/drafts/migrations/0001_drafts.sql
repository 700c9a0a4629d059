-- What somebody is still typing. Personal, so in a table of its own; gone when the command that ends it is accepted.
create table draft_private (
    draft_id  uuid not null,
    author_id uuid not null,
    kind      text not null,
    seq       bigint not null,
    body      jsonb not null,
    saved_at  timestamptz not null,
    primary key (draft_id, author_id)
);

grant select, insert, update, delete on draft_private to {app};
