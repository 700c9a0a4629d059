-- 利用停止 (98条): what is typed about a suspended case is kept, and given to nobody, its author neither, until the use is taken up again.
create or replace view draft_told as
    select draft_id, author_id, kind, seq, body, saved_at from draft_private d where finished_at is null
    and not exists (select 1 from suspension s where s.case_id::text = lower(d.body ->> 'caseId'));
