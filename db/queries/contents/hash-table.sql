-- How many rows a table holds, and a hash of what is in them, whatever their order: the sums of two hashes of 64
-- bits over the text of each row, in constant memory. Equal hashes mean equal contents unless somebody made them
-- so on purpose. To be run after contents/fix-text, or the same row may read differently in another session.
-- The table is a parameter, hence the detour through XML. Rows in their text form, because the built-in hash of
-- a record takes an enum for its number, which is another in every database.
-- $1 table, qualified and quoted as contents/list-tables names it
-- repeatable: yes
-- prepared: no
-- not null: rows, hash
SELECT (xpath('/row/rows/text()', counted))[1]::text::bigint AS rows,
       (xpath('/row/hash/text()', counted))[1]::text AS hash
FROM query_to_xml(
  format(
    'SELECT count(*) AS rows,
            concat(COALESCE(sum(hashtextextended(t::text, 0)), 0), '':'', COALESCE(sum(hashtextextended(t::text, 1)), 0)) AS hash
     FROM %s AS t',
    $1::text::regclass
  ),
  false, true, ''
) AS counted;
