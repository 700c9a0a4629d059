-- 本人からの請求 about who takes part. No reference to participant: after a restore an erasure may be known whose participant is not.
create table participant_request (
    request_id     uuid not null,
    participant_id uuid not null,
    kind           text not null check (kind in ('disclosure', 'correction', 'erasure', 'retention')),
    opened_by      uuid not null,
    opened_at      timestamptz not null,
    decision       text check (decision in ('approve', 'decline')),
    decided_by     uuid,
    decided_at     timestamptz,
    done_at        timestamptz,
    constraint participant_request_is_opened_once primary key (request_id)
);
create index participant_request_by_participant on participant_request (participant_id);
create table participant_request_private (
    request_id    uuid primary key references participant_request,
    asked         text not null,
    decision_note text not null default ''
);
grant select, insert, update (decision, decided_by, decided_at, done_at) on participant_request to {app};
grant select, insert, update (decision_note), delete on participant_request_private to {app};

-- 消去: the nickname and whatever names it are deleted, the token's code is forgotten; who came how often stays, as nobody's.
-- A row for each id the person had here. Append-only.
create table erasure (
    participant_id uuid primary key,
    request_id     uuid not null,
    erased_at      timestamptz not null
);
create index erasure_by_request on erasure (request_id);
-- Lines that named the person: what a device sends again after a restore does not bring them back.
create table erased_line (
    line_id uuid primary key
);
create table erasure_done (
    request_id uuid not null,
    holder     text not null,
    done_at    timestamptz not null,
    primary key (request_id, holder)
);
grant select, insert on erasure, erased_line, erasure_done to {app};

alter table participant alter column code drop not null;
grant update (code) on participant, participant_alias to {app};
grant update (nickname, nickname_key), delete on participant_private to {app};
grant delete on correction_private, closing_line_private to {app};

-- 誰が見たか looks up the log by what was shown.
create index access_log_shown on access_log using gin (shown jsonb_path_ops);
