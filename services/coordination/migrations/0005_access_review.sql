-- 記録の閲覧: by person, by staff; and what somebody who looks after it has checked.
create index access_log_shown on access_log using gin (shown jsonb_path_ops);
create index access_log_by_actor on access_log (actor_id, at);
create index access_log_by_time on access_log (at);

create table access_review (
    access_id   uuid primary key,
    reviewed_by uuid not null,
    reviewed_at timestamptz not null
);
create table access_review_private (
    access_id uuid primary key references access_review,
    note      text not null
);
grant select, insert on access_review, access_review_private to {app};
