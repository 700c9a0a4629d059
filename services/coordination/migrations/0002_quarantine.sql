-- 確認待ち: visits whose author had no relation when they were recorded. Kept whatever is decided; nothing typed is lost.
create table quarantine (
    quarantine_id    uuid not null,
    case_id          uuid not null references case_file,
    author_id        uuid not null,
    visited_at       timestamptz not null,
    recorded_at      timestamptz not null,
    captured_at      timestamptz not null,
    outcome          text not null,
    with_whom        text[] not null,
    next_promised_on date,
    decision         text check (decision in ('admit', 'decline')),
    decided_by       uuid,
    decided_at       timestamptz,
    constraint visit_waits_once primary key (quarantine_id)
);
create index quarantine_waiting on quarantine (case_id) where decision is null;
create index quarantine_by_author on quarantine (author_id, recorded_at desc);
create table quarantine_private (
    quarantine_id     uuid primary key references quarantine,
    person_words      text not null,
    memo              text not null,
    next_promise_note text not null,
    decision_note     text not null default ''
);
create table quarantine_family_private (
    quarantine_id uuid primary key references quarantine,
    family_words  text not null
);

grant select, insert, update (decision, decided_by, decided_at) on quarantine to {app};
grant select, insert, update (decision_note) on quarantine_private to {app};
grant select, insert on quarantine_family_private to {app};
