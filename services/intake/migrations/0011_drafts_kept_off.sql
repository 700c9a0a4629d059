-- Kept off by any handoff is kept off the whole sheet: what they typed about it is not given back to them either.
create or replace view draft_told as
    select draft_id, author_id, kind, seq, body, saved_at from draft_private d where finished_at is null
    and not exists (select 1 from suspension s where s.consultation_id::text = lower(d.body ->> 'consultationId'))
    and not exists (select 1 from handoff k where k.consultation_id::text = lower(d.body ->> 'consultationId')
                    and d.author_id = any(k.kept_off));
