-- 訂正の付記 (個人情報保護法92条): what an approved 訂正 notes at a visit, which stays as it was recorded. Written once, never
-- changed; it goes with the visit's words.
create table visit_amendment_private (
    request_id uuid primary key references person_request,
    visit_id   uuid not null references visit,
    words      text not null
);
create index visit_amendment_by_visit on visit_amendment_private (visit_id);
grant select, insert, delete on visit_amendment_private to {app};
-- What the window noted at its sheet before it was handed over: it came with the package, and stands with what was told.
alter table handoff_package_private add column amendments jsonb not null default '[]';
