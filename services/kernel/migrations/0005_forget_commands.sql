-- The hash of a command would let whoever holds the database try what it said. Where the words of a subject were erased, the hashes
-- of its commands go, too: a resend is known by its id, and no longer compared.
alter table command_log add column subject uuid;
update command_log c set subject = o.subject from outbox o where o.causation_id = c.command_id;

create function forget_commands(subjects uuid[]) returns void language sql security definer set search_path = public as $$
    update command_log set payload_hash = '' where subject = any(subjects) and payload_hash <> ''
$$;
revoke execute on function forget_commands(uuid[]) from public;
grant execute on function forget_commands(uuid[]) to {app};
