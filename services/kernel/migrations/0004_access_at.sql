-- An answer that shows records by several bases leaves a row for each: they are of one moment, by which they are known as one.
alter table access_log alter column at set default now();
