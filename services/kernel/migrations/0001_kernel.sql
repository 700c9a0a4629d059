-- What every service keeps beside its own tables. {app} is the service's runtime role; it owns nothing.

-- One row for each accepted command, for ever: the stored answer to any resend. Append-only.
create table command_log (
    command_id   uuid primary key,
    actor_id     uuid not null,
    command_type text not null,
    payload_hash bytea not null,
    refs         jsonb not null,
    recorded_at  timestamptz not null
);

-- The gap-free version of each subject. Its row lock orders the events of one subject before they enter the outbox.
create table subject_version (
    subject uuid primary key,
    version bigint not null check (version > 0)
);

-- The event store. Rows are never deleted; Kafka is rebuilt from here.
create table outbox (
    id             bigint generated always as identity primary key,
    event_id       uuid not null unique,
    type           text not null,
    subject        uuid not null,
    version        bigint not null,
    time           timestamptz not null,
    recorded_at    timestamptz not null,
    correlation_id uuid not null,
    causation_id   uuid not null,
    traceparent    text,
    data           jsonb not null,
    published_at   timestamptz,
    unique (subject, version)
);
create index outbox_unpublished on outbox (id) where published_at is null;
alter table outbox set (autovacuum_vacuum_scale_factor = 0.01);

-- A new row after every restore: subscribers and devices learn from it that the past may have changed.
create table incarnation (
    id         uuid primary key,
    started_at timestamptz not null default now()
);
insert into incarnation (id) values (gen_random_uuid());

-- The offset beside the effect, and the permanent deduplicator.
create table consumer_offset (
    topic       text not null,
    partition   int not null,
    next_offset bigint not null,
    primary key (topic, partition)
);
create table seen (
    topic   text not null,
    subject uuid not null,
    version bigint not null,
    primary key (topic, subject)
);

-- Events that could not be applied, with everything of the same subject that came after them.
create table dead_letter (
    id          bigint generated always as identity primary key,
    topic       text not null,
    partition   int not null,
    log_offset  bigint not null,
    subject     uuid,
    kind        text not null check (kind in ('poison', 'unknown_type', 'malformed', 'parked')),
    error       text not null,
    headers     jsonb not null,
    body        bytea,
    recorded_at timestamptz not null default now(),
    resolved_at timestamptz,
    unique (topic, partition, log_offset, recorded_at)
);
create index dead_letter_parked on dead_letter (topic, subject) where resolved_at is null;

-- Who was shown what, and why; written in the transaction of the answer. Append-only.
create table access_log (
    id           bigint generated always as identity primary key,
    at           timestamptz not null default clock_timestamp(),
    actor_id     uuid not null,
    actor_kind   text not null,
    action       text not null,
    shown        jsonb not null,
    field_groups text[] not null,
    basis        text not null,
    purpose      text not null,
    screen       text not null,
    trace_id     text
);

grant select, insert on command_log, access_log to {app};
grant select, insert, update on subject_version, consumer_offset, seen to {app};
grant select, insert, update (published_at) on outbox to {app};
grant select on incarnation to {app};
grant select, insert, update (resolved_at) on dead_letter to {app};
