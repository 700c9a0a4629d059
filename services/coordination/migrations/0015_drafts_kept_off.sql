-- Whoever is kept off a case is not given back what they typed about it either, until they are let in again.
create or replace view draft_told as
    select draft_id, author_id, kind, seq, body, saved_at from draft_private d where finished_at is null
    and not exists (select 1 from suspension s where s.case_id::text = lower(d.body ->> 'caseId'))
    and not exists (select 1 from case_kept_off k where k.case_id::text = lower(d.body ->> 'caseId') and k.staff_id = d.author_id);
