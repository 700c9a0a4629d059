-- Passkeys: what proves a signature of somebody's authenticator. Several a person; removed is gone.
create table passkey_private (
    credential_id bytea primary key,
    staff_id      uuid not null references staff,
    public_key    bytea not null,
    sign_count    bigint not null,
    name          text not null,
    added_at      timestamptz not null,
    last_used_at  timestamptz
);
create index passkey_by_staff on passkey_private (staff_id);

-- What an authenticator is asked to sign: once, for five minutes, and for one session when somebody adds a passkey.
create table passkey_challenge (
    challenge   bytea primary key,
    session_id  uuid references session,
    valid_until timestamptz not null
);

grant select, insert, update (sign_count, last_used_at), delete on passkey_private to {app};
grant select, insert, delete on passkey_challenge to {app};
