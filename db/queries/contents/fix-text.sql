-- Sets, for this transaction, all that the text of a row depends on.
-- not null: done
SELECT count(set_config(name, value, true)) > 0 AS done
FROM (VALUES ('TimeZone', 'UTC'), ('DateStyle', 'ISO, MDY'), ('IntervalStyle', 'postgres'), ('bytea_output', 'hex'),
             ('extra_float_digits', '1'), ('xmloption', 'content')) AS settings (name, value);
