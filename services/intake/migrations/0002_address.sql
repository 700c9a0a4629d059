-- 住所 as told (forms.md, 相談受付・申込票). Where somebody lives is needed to visit them, and nowhere else.
alter table consultation_told add column person_address text not null default '';
