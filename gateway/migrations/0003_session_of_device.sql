-- A session that registers a device is that device's from then on, and ends with it.
grant update (device_id) on session to {app};
