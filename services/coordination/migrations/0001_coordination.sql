-- コーディネート. Codes here; what is personal in *_private; the family's words in tables apart from the person's own.
create table person (
    person_id  uuid primary key,
    residence  text,
    created_at timestamptz not null
);
create table person_private (
    person_id        uuid primary key references person,
    person_name      text not null,
    person_kana      text not null,
    birth_year_told  text not null,
    birth_month_told text not null,
    birth_day_told   text not null,
    birth_year       int,
    birth_date       date,
    person_phone     text not null
);

create table case_file (
    case_id         uuid primary key,
    handoff_id      uuid not null unique,
    consultation_id uuid not null,
    person_id       uuid references person,
    from_unit       text not null,
    unit_id         text not null,
    owner_id        uuid not null,
    handed_off_by   uuid not null,
    opened_at       timestamptz not null,
    closed_at       timestamptz
);

-- Membership is dated: who was on the team on a given day.
create table case_member (
    case_id   uuid not null references case_file,
    staff_id  uuid not null,
    from_date date not null,
    until     date,
    primary key (case_id, staff_id, from_date)
);
create index case_member_by_staff on case_member (staff_id);

-- 親戚・近所の職員: refused everywhere the case shows.
create table case_kept_off (
    case_id  uuid not null references case_file,
    staff_id uuid not null,
    primary key (case_id, staff_id)
);

-- 連絡のしかたの約束. Binds every channel.
create table contact_safety (
    case_id      uuid primary key references case_file,
    rules        text[] not null,
    confirmed_at timestamptz not null
);
create table contact_safety_private (
    case_id      uuid primary key references case_file,
    safe_contact text not null,
    contact_note text not null
);

-- The claim check: asked for until it is here.
create table package_fetch (
    case_id    uuid primary key references case_file,
    handoff_id uuid not null,
    event_id   uuid not null,
    asked_at   timestamptz not null,
    attempts   int not null default 0,
    fetched_at timestamptz
);
create index package_pending on package_fetch (asked_at) where fetched_at is null;

create table handoff_package (
    case_id             uuid primary key references case_file,
    receipt_number      text not null,
    told_at             timestamptz not null,
    told_to             uuid not null,
    caller_kind         text not null,
    caller_relation     text,
    channel             text not null,
    concerns            text[] not null,
    main_concern        text,
    is_hikikomori       text,
    urgency             text,
    person_knows        text not null,
    next_appointment_at timestamptz
);
create table handoff_package_private (
    case_id               uuid primary key references case_file,
    promised              text not null,
    next_appointment_note text not null,
    person_words          text not null
);
create table handoff_package_family_private (
    case_id      uuid primary key references case_file,
    caller_name  text not null,
    caller_phone text not null,
    family_words text not null
);

-- Visits are facts: appended, never changed.
create table visit (
    visit_id         uuid not null,
    case_id          uuid not null references case_file,
    recorded_by      uuid not null,
    visited_at       timestamptz not null,
    recorded_at      timestamptz not null,
    captured_at      timestamptz not null,
    outcome          text not null,
    with_whom        text[] not null,
    next_promised_on date,
    constraint visit_is_recorded_once primary key (visit_id)
);
create index visit_by_case on visit (case_id, visited_at desc);
create table visit_private (
    visit_id          uuid primary key references visit,
    person_words      text not null,
    memo              text not null,
    next_promise_note text not null
);
create table visit_family_private (
    visit_id     uuid primary key references visit,
    family_words text not null
);

grant select, insert on person, person_private, case_kept_off, contact_safety, contact_safety_private, handoff_package,
    handoff_package_private, handoff_package_family_private, visit, visit_private, visit_family_private to {app};
grant select, insert, update (person_id, closed_at) on case_file to {app};
grant select, insert, update (until) on case_member to {app};
grant select, insert, update (attempts, fetched_at) on package_fetch to {app};
