-- 利用停止 (個人情報保護法98条) of a sheet: an approved request that nobody has lifted. While it stands the sheet and its handoffs
-- show nothing and take nothing; so they do while the case that it became is suspended.
alter table sheet_request add column lifted_by uuid;
alter table sheet_request_told add column lift_note text not null default '';
-- What was approved before this was one act was carried out by hand, and is done.
update sheet_request set done_at = decided_at where kind = 'suspension' and decision = 'approve';
create index sheet_suspension_in_force on sheet_request (consultation_id)
    where kind = 'suspension' and decision = 'approve' and done_at is null;
create view suspension as
    select consultation_id from sheet_request where kind = 'suspension' and decision = 'approve' and done_at is null
    union all select consultation_id from handoff where suspensions <> '{}';

grant select on suspension to {app};
grant update (lifted_by) on sheet_request to {app};
grant update (lift_note) on sheet_request_told to {app};
