-- 相談受付. Codes here, words in *_told. Sheets are "as told that day": corrected, never updated because somebody moved.
create table consultation (
    consultation_id uuid primary key,
    receipt_number  text not null,
    unit_id         text not null,
    opened_by       uuid not null,
    opened_at       timestamptz not null,
    recorded_at     timestamptz not null,
    captured_at     timestamptz not null,
    caller_kind     text not null,
    caller_relation text,
    channel         text not null,
    residence       text,
    person_knows    text,
    contact_rules   text[] not null,
    concerns        text[] not null,
    main_concern    text,
    heard_from      text[] not null,
    is_hikikomori   text,
    other_issues    text[] not null,
    urgency         text,
    constraint receipt_number_is_unique unique (receipt_number)
);
create index consultation_by_unit on consultation (unit_id, opened_at desc);

create table consultation_told (
    consultation_id uuid primary key references consultation,
    person_name     text not null,
    person_kana     text not null,
    birth_year_told text not null,
    birth_month_told text not null,
    birth_day_told  text not null,
    birth_year      int,
    birth_date      date,
    person_phone    text not null,
    caller_name     text not null,
    caller_phone    text not null,
    contact_note    text not null,
    memo            text not null
);

-- 受付番号: one counter per office and 年度, locked last in the transaction.
create table receipt_counter (
    office_mark text not null,
    fiscal_year int not null,
    last_number int not null,
    primary key (office_mark, fiscal_year)
);

-- The ledger of handoffs. Every transition is a command under this row's lock.
create table handoff (
    handoff_id      uuid primary key,
    consultation_id uuid not null references consultation,
    kind            text not null,
    status          text not null check (status in ('open', 'accepted', 'returned', 'withdrawn')),
    from_unit       text not null,
    to_unit         text not null,
    handed_off_by   uuid not null,
    handed_off_at   timestamptz not null,
    answer_due_at   timestamptz not null,
    person_knows    text not null,
    contact_rules   text[] not null,
    next_appointment_at timestamptz,
    kept_off        uuid[] not null,
    answered_by     uuid,
    answered_at     timestamptz,
    case_id         uuid,
    return_reason   text,
    constraint case_is_opened_once unique (case_id),
    check ((status = 'open') = (answered_at is null)),
    check ((status = 'accepted') = (case_id is not null))
);
create unique index one_open_lead_handoff on handoff (consultation_id) where status in ('open', 'accepted') and kind = 'lead';
create index handoff_received on handoff (to_unit, status);
create index handoff_sent on handoff (from_unit, handed_off_at desc);

create table handoff_told (
    handoff_id            uuid primary key references handoff,
    promised              text not null,
    safe_contact          text not null,
    next_appointment_note text not null,
    return_note           text not null default '',
    withdraw_note         text not null default ''
);

grant select, insert on consultation, consultation_told to {app};
grant select, insert, update on receipt_counter to {app};
grant select, insert, update (status, answered_by, answered_at, case_id, return_reason) on handoff to {app};
grant select, insert, update (return_note, withdraw_note) on handoff_told to {app};
