-- 終了と再開: one row each time a case was closed; a reopening ends it and begins a new period. case_file.closed_at says how it stands.
create table case_closing (
    closing_id  uuid not null,
    case_id     uuid not null references case_file,
    reason      text not null check (reason in ('concluded', 'interrupted', 'linked', 'information_only', 'other')),
    closed_by   uuid not null,
    closed_at   timestamptz not null,
    reopened_by uuid,
    reopened_at timestamptz,
    constraint closing_is_made_once primary key (closing_id)
);
create unique index case_is_closed_once on case_closing (case_id) where reopened_at is null;
create index case_closing_by_case on case_closing (case_id, closed_at);
create table case_closing_private (
    closing_id  uuid primary key references case_closing,
    note        text not null,
    reopen_note text not null default ''
);

grant select, insert, update (reopened_by, reopened_at) on case_closing to {app};
grant select, insert, update (reopen_note), delete on case_closing_private to {app};
