-- A row of the log may show many cases: what was looked at is the read of one of them, and that of the others stays as it was.
-- Marks made before are those of the case their command was about.
alter table access_review add column case_id uuid;
alter table access_review_private add column case_id uuid;
update access_review r set case_id = (
    select (c.refs ->> 'caseId')::uuid from command_log c
    where c.command_type = 'ReviewAccess' and c.refs ->> 'accessId' = r.access_id::text order by c.recorded_at limit 1);
update access_review_private p set case_id = r.case_id from access_review r where r.access_id = p.access_id;
alter table access_review_private drop constraint access_review_private_access_id_fkey, drop constraint access_review_private_pkey;
alter table access_review drop constraint access_review_pkey, add primary key (access_id, case_id);
alter table access_review_private add primary key (access_id, case_id), add foreign key (access_id, case_id) references access_review;
