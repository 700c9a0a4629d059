-- What was asked for and not found is seldom, and found however many reads came after it.
create index access_log_refused on access_log (at) where basis = 'refused';
