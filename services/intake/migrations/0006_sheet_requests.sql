-- 本人からの請求 about a sheet. No reference to consultation: after a restore an erasure may be known whose sheet is not.
create table sheet_request (
    request_id      uuid not null,
    consultation_id uuid not null,
    kind            text not null check (kind in ('disclosure', 'correction', 'suspension', 'erasure', 'retention')),
    opened_by       uuid not null,
    opened_at       timestamptz not null,
    decision        text check (decision in ('approve', 'decline')),
    decided_by      uuid,
    decided_at      timestamptz,
    done_at         timestamptz,
    constraint sheet_request_is_opened_once primary key (request_id)
);
create index sheet_request_by_consultation on sheet_request (consultation_id);
create table sheet_request_told (
    request_id    uuid primary key references sheet_request,
    asked         text not null,
    decision_note text not null default ''
);
grant select, insert, update (decision, decided_by, decided_at, done_at) on sheet_request to {app};
grant select, insert, update (decision_note), delete on sheet_request_told to {app};
grant update (person_name, person_kana, birth_year_told, birth_month_told, birth_day_told, birth_year, birth_date,
    person_address, person_phone) on consultation_told to {app};

-- The ledger also knows sheets that never became a case: those have no case_id.
alter table erasure drop constraint erasure_pkey, alter column case_id drop not null,
    add constraint erasure_of_case unique (case_id), add check (case_id is not null or consultation_id is not null);
create unique index erasure_of_sheet on erasure (consultation_id) where case_id is null;

-- 記録の閲覧: by staff, by time, and what somebody who looks after it has checked.
create index access_log_by_actor on access_log (actor_id, at);
create index access_log_by_time on access_log (at);
-- A row of the log may show many sheets: what was looked at is the read of one of them.
create table access_review (
    access_id       uuid not null,
    consultation_id uuid not null,
    reviewed_by     uuid not null,
    reviewed_at     timestamptz not null,
    primary key (access_id, consultation_id)
);
create table access_review_told (
    access_id       uuid not null,
    consultation_id uuid not null,
    note            text not null,
    primary key (access_id, consultation_id),
    foreign key (access_id, consultation_id) references access_review
);
grant select, insert on access_review, access_review_told to {app};
grant delete on access_review_told to {app};
