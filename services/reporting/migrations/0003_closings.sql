-- 終了: each closing counts in the month it was closed, also when the case was taken up again later.
create table fact_closing (
    closing_id uuid primary key,
    case_id    uuid not null references case_window,
    reason     text not null,
    day        date not null
);
create index fact_closing_day on fact_closing (day);

grant select, insert on fact_closing to {app};
