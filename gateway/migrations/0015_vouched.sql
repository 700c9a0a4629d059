-- Whoever registers somebody does not also make them a manager: two people vouch for who decides beside one.
alter table staff add column registered_by uuid references staff;

-- 変更の記録 also says for whom a set-up code was given: whoever holds it can become that person.
alter table staff_change_line drop constraint staff_change_line_kind_check;
alter table staff_change_line add constraint staff_change_line_kind_check
  check (kind in ('opens', 'closes', 'ends', 'begins', 'code'));

-- An account of the city's that was bound to the wrong person goes with a set-up code, as passkeys do.
grant delete on oidc_account_private to {app};
