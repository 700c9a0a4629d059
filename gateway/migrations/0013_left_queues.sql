-- What was handed in by somebody who works here no more is sent by whoever manages their unit. Empty: its author decided.
alter table handed_in add column decided_by uuid;
grant update (decided_by) on handed_in to {app};
