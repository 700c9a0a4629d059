-- 利用停止 (個人情報保護法98条): an approved request that nobody has lifted. While it stands the case shows nothing and takes nothing.
alter table person_request add column lifted_by uuid;
alter table person_request_private add column lift_note text not null default '';
-- What was approved before this was one act was carried out by hand, and is done.
update person_request set done_at = decided_at where kind = 'suspension' and decision = 'approve';
create index suspension_in_force on person_request (case_id) where kind = 'suspension' and decision = 'approve' and done_at is null;
create view suspension as
    select case_id, decided_at as suspended_at from person_request
    where kind = 'suspension' and decision = 'approve' and done_at is null;
-- Every relation and basis asks this one list.
create view withheld as select case_id from erasure union all select case_id from suspension;

grant select on suspension, withheld to {app};
grant update (lifted_by) on person_request to {app};
grant update (lift_note) on person_request_private to {app};
