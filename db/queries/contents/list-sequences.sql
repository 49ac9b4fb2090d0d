-- Where every sequence is; 0 for one that has given no number yet. Sequences know no snapshots: this is what is
-- true now, whatever transaction asks.
-- repeatable: yes
-- not null: name, value
SELECT format('%I.%I', schemaname, sequencename) AS name, COALESCE(last_value, 0) AS value
FROM pg_sequences
ORDER BY 1;
