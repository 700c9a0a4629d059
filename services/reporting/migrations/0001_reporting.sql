-- 統計. Facts from events alone: ids, codes, units, days. Counting is done when asked.
create table fact_consultation (
    consultation_id uuid primary key,
    unit_id         text not null,
    day             date not null
);
create table fact_handoff (
    handoff_id uuid primary key,
    unit_id    text not null,
    day        date not null
);
create table case_window (
    case_id uuid primary key,
    unit_id text not null
);
create table fact_visit (
    visit_id uuid primary key,
    case_id  uuid not null references case_window,
    day      date not null
);
create index fact_consultation_day on fact_consultation (day);
create index fact_handoff_day on fact_handoff (day);
create index fact_visit_day on fact_visit (day);

grant select, insert on fact_consultation, fact_handoff, case_window, fact_visit to {app};
