-- 本人からの請求, and erasure: the words of a case are deleted, its ids and codes stay.
-- No reference to case_file: after a restore an erasure may be known whose case is not.
create table person_request (
    request_id uuid not null,
    case_id    uuid not null,
    kind       text not null check (kind in ('disclosure', 'correction', 'suspension', 'erasure', 'retention')),
    opened_by  uuid not null,
    opened_at  timestamptz not null,
    decision   text check (decision in ('approve', 'decline')),
    decided_by uuid,
    decided_at timestamptz,
    done_at    timestamptz,
    constraint request_is_opened_once primary key (request_id)
);
create index person_request_by_case on person_request (case_id);
create table person_request_private (
    request_id    uuid primary key references person_request,
    asked         text not null,
    decision_note text not null default ''
);

-- The ledger. Append-only; a case that is here shows nothing and takes nothing.
create table erasure (
    case_id    uuid primary key,
    request_id uuid not null,
    erased_at  timestamptz not null,
    holders    text[] not null
);
create table erasure_done (
    request_id uuid not null,
    holder     text not null,
    done_at    timestamptz not null,
    primary key (request_id, holder)
);

grant select, insert, update (decision, decided_by, decided_at, done_at) on person_request to {app};
grant select, insert, update (decision_note), delete on person_request_private to {app};
grant select, insert on erasure, erasure_done to {app};
grant update (person_name, person_kana, birth_year_told, birth_month_told, birth_day_told, birth_year, birth_date,
    person_address, person_phone) on person_private to {app};
grant delete on person_private, contact_safety_private, handoff_package_private, handoff_package_family_private,
    visit_private, visit_family_private, quarantine_private, quarantine_family_private, basis_private,
    access_review_private to {app};

-- What is typed about an erased case is not kept, whoever saves it and however late: its id stays, ended.
-- A save that meets the erasure itself waits for it at the case's row.
create function forget_draft_of_erased() returns trigger language plpgsql as $$
declare
    about text := new.body ->> 'caseId';
begin
    if about ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then
        perform 1 from case_file where case_id = about::uuid for key share;
        if exists (select 1 from erasure where case_id = about::uuid) then
            new.body := '{}';
            new.finished_at := coalesce(new.finished_at, new.saved_at);
        end if;
    end if;
    return new;
end $$;
create trigger draft_of_erased before insert or update on draft_private for each row execute function forget_draft_of_erased();
