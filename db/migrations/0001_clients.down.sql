-- loses: api_keys (all rows)
-- loses: clients (all rows)
DROP TABLE api_keys;
DROP TABLE clients;
