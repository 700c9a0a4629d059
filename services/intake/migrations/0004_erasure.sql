-- 消去: what was told is deleted, codes and the ledger of handoffs stay. Append-only; `consultation_id` is empty when the
-- case is none of ours.
create table erasure (
    case_id         uuid primary key,
    request_id      uuid not null,
    consultation_id uuid,
    erased_at       timestamptz not null
);
create index erasure_by_consultation on erasure (consultation_id);
grant select, insert on erasure to {app};
grant delete on consultation_told, handoff_told to {app};

-- What is typed about an erased consultation is not kept, however late it is saved: its id stays, ended.
-- A save that meets the erasure itself waits for it, by the lock that every handoff of the consultation takes.
create function forget_draft_of_erased() returns trigger language plpgsql as $$
declare
    about text := coalesce(new.body ->> 'consultationId', new.draft_id::text);
begin
    perform pg_advisory_xact_lock_shared(hashtextextended(about, 0));
    if exists (select 1 from erasure where consultation_id::text = about) then
        new.body := '{}';
        new.finished_at := coalesce(new.finished_at, new.saved_at);
    end if;
    return new;
end $$;
create trigger draft_of_erased before insert or update on draft_private for each row execute function forget_draft_of_erased();
