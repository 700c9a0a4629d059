-- Whoever is kept off a case later is kept off its sheet and handoffs too.
grant update (kept_off) on handoff to {app};
