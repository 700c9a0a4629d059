-- Rows of a team are of whole days; whoever left within one was on it until that moment, which what a device kept is judged by.
alter table case_member add column left_at timestamptz;
grant update (left_at) on case_member to {app};
