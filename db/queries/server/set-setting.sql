-- Sets a setting for this session, such as a password that db/roles.sql is to give.
-- $1 name
-- $2 value
-- not null: value
SELECT set_config($1, $2, false) AS value;
