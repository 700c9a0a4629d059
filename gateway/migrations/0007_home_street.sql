-- 住んでいる町: compared with a person's address in 記録の閲覧 (own street), and shown to the manager who noted it.
alter table staff_private add column home_street text not null default '';
