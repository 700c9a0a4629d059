-- A street that was changed or taken out still marks reads in 記録の閲覧 as long as its person works here: nobody hides a read afterwards.
alter table staff_private add column former_streets text[] not null default '{}';
