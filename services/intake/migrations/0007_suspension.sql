-- While the use of a case is suspended (98条), its sheet and every handoff of it are withheld too: the requests that say so.
alter table handoff add column suspensions uuid[] not null default '{}';
grant update (suspensions) on handoff to {app};
