-- Reads without a relation are few, and are found however many others came after them.
create index access_log_unrelated on access_log (at) where basis in ('emergency', 'none') and shown ? 'case';
