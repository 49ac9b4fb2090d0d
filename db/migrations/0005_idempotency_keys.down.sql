-- loses: idempotency_keys (all rows)
DROP TABLE idempotency_keys;
