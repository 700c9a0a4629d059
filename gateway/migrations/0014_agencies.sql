-- A unit of another agency (関係機関) has no manager of the city's: one of the city's units answers for its accounts.
-- Units whose people are all partners come from before: the unit with the longest-standing manager answers for them.
alter table unit add column answered_by text references unit;
update unit set answered_by = (
  select a.unit_id from assignment a where a.role = 'manager' order by a.from_date, a.unit_id limit 1)
where exists (select 1 from assignment a where a.unit_id = unit.unit_id and a.role = 'partner')
  and not exists (select 1 from assignment a where a.unit_id = unit.unit_id and a.role <> 'partner');
