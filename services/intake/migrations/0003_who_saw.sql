-- 誰が見たか looks up the log by what was shown.
create index access_log_shown on access_log using gin (shown jsonb_path_ops);
