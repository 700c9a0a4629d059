-- The drafts an author is given back. The owner of a record replaces it by one that holds back what is about a suspended record.
create view draft_told as
    select draft_id, author_id, kind, seq, body, saved_at from draft_private where finished_at is null;

grant select on draft_told to {app};
