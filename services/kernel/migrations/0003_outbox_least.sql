-- A service appends what happened, and its relay marks what the broker has acknowledged. What is born marked would never be told.
revoke insert on outbox from {app};
grant insert (event_id, type, subject, version, time, recorded_at, correlation_id, causation_id, traceparent, data) on outbox
    to {app};
