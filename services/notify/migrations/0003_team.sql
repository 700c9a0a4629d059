-- A team changes: who left is told nothing any more.
grant delete on case_team to {app};
