-- A draft that ended leaves its id and nothing of its words, so that a save that comes late cannot bring it back.
alter table draft_private add column finished_at timestamptz;
create index draft_open on draft_private (author_id, saved_at desc) where finished_at is null;
