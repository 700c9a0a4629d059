-- Accounts of the city's identity provider. The login counts once, at the first sign-in; from then on only issuer and subject do,
-- so that whoever gets a login that was another's gets nothing of theirs. One account a person and issuer.
create table oidc_account_private (
    issuer   text not null,
    subject  text not null,
    staff_id uuid not null references staff,
    bound_at timestamptz not null,
    primary key (issuer, subject),
    unique (issuer, staff_id)
);

-- Somebody is at the provider: the browser it must be that comes back (state, nonce and PKCE are made of its cookie's secret), and what
-- the browser brought when it went, for its strict cookies do not come along on the way back.
create table oidc_flow (
    secret_hash  bytea primary key,
    kind         text not null,
    device_id    uuid,
    session_hash bytea not null,
    known_hash   bytea not null,
    begun_at     timestamptz not null,
    valid_until  timestamptz not null
);

grant select, insert on oidc_account_private to {app};
grant select, insert, delete on oidc_flow to {app};
