-- Goes on with the rights of another role until the transaction ends.
-- $1 role
-- not null: role
SELECT set_config('role', $1, true) AS role;
