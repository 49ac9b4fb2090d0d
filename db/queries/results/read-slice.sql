-- A piece of a result's content, so that neither side holds the whole of a large one.
-- Index: results_pkey.
-- repeatable: yes
-- $1 id
-- $2 start            first character, from 1
-- $3 length           characters
-- not null: slice
SELECT substr(content, $2::int, $3::int) AS slice
FROM results
WHERE id = $1;
