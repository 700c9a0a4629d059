-- 共有の根拠: what opens parts of a case to whoever is not on its team. Appended; an end is a row of its own.
create index case_by_unit on case_file (unit_id);

-- The owner of a case may change; who accepted its handoff does not.
alter table case_file add column accepted_by uuid;
update case_file set accepted_by = owner_id;
alter table case_file alter column accepted_by set not null;

create table basis (
    basis_id     uuid not null,
    case_id      uuid not null references case_file,
    kind         text not null check (kind in ('consent', 'conference', 'article_69_2', 'emergency')),
    field_groups text[] not null,
    unit_ids     text[] not null,
    item         text,
    given_by     uuid not null,
    given_at     timestamptz not null,
    from_at      timestamptz not null,
    until        timestamptz not null,
    constraint basis_is_given_once primary key (basis_id),
    check ((kind = 'article_69_2') = (item is not null))
);
create index basis_by_case on basis (case_id);
create index basis_by_unit on basis using gin (unit_ids);
create index basis_by_user on basis (given_by) where kind = 'emergency';
create table basis_private (
    basis_id uuid primary key references basis,
    reason   text not null
);

-- 支援会議: whoever was called sees nothing before the pledge.
create table conference_member (
    basis_id   uuid not null references basis,
    staff_id   uuid not null,
    pledged_at timestamptz,
    primary key (basis_id, staff_id)
);
create index conference_by_member on conference_member (staff_id);

-- 撤回・終わり. One row, effective at its commit.
create table basis_end (
    basis_id uuid primary key references basis,
    ended_by uuid not null,
    ended_at timestamptz not null
);

grant select, insert on basis, basis_private, basis_end to {app};
grant select, insert, update (pledged_at) on conference_member to {app};
grant update (owner_id) on case_file to {app};
grant delete on case_kept_off to {app};
