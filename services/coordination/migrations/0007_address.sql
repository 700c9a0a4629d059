-- 住所, for whoever visits; and to find reads by somebody who lives in the same street.
alter table person_private add column person_address text not null default '';
