-- As contents/hash-table, of some columns and some rows: what has to be the same after a migration that changes or loses
-- the others.
-- $1 table, qualified and quoted as contents/list-tables names it
-- $2 columns, quoted
-- $3 condition of the rows to leave out: an SQL expression from a migration's own file, never from outside
-- repeatable: yes
-- prepared: no
-- not null: rows, leftOut, hash
SELECT (xpath('/row/rows/text()', counted))[1]::text::bigint AS rows,
       (xpath('/row/left_out/text()', counted))[1]::text::bigint AS "leftOut",
       (xpath('/row/hash/text()', counted))[1]::text AS hash
FROM query_to_xml(
  format(
    'SELECT count(*) FILTER (WHERE (%3$s) IS NOT TRUE) AS rows,
            count(*) FILTER (WHERE %3$s) AS left_out,
            concat(COALESCE(sum(hashtextextended(ROW(%2$s)::text, 0)) FILTER (WHERE (%3$s) IS NOT TRUE), 0), '':'',
                   COALESCE(sum(hashtextextended(ROW(%2$s)::text, 1)) FILTER (WHERE (%3$s) IS NOT TRUE), 0)) AS hash
     FROM %1$s',
    $1::text::regclass, array_to_string($2::text[], ', '), $3::text
  ),
  false, true, ''
) AS counted;
