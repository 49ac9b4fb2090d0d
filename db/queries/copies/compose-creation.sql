-- The statements that make an empty database of a new name with what another one is beside its contents, in the
-- order in which to run them. The first fails when there is a database of that name.
-- $1 name
-- $2 encoding
-- $3 localeProvider
-- $4 collation
-- $5 characterType
-- $6 icuLocale?
-- $7 owner
-- $8 connectionLimit
-- $9 rights            as backup/describe-database has them
-- $10 settings         likewise
-- not null: statement
WITH statements (place, statement) AS (
  SELECT 1, format('CREATE DATABASE %I TEMPLATE template0 OWNER %I ENCODING %L LOCALE_PROVIDER %s LC_COLLATE %L LC_CTYPE %L%s CONNECTION LIMIT %s',
                   $1::text, $7::text, $2::text, $3::text, $4::text, $5::text, ' ICU_LOCALE ' || quote_literal($6::text), $8::int)
  UNION ALL
  SELECT 2, format('REVOKE ALL ON DATABASE %I FROM PUBLIC, %I', $1::text, $7::text)
  UNION ALL
  SELECT 3, format('GRANT %s ON DATABASE %I TO %s%s', parts[2], $1::text, parts[1], parts[3])
  FROM unnest($9::text[]) AS entry,
       regexp_match(entry, '^(.*?) (CREATE|CONNECT|TEMPORARY)( WITH GRANT OPTION)?$') AS parts
  UNION ALL
  -- Lists are stored as they are to be written, each element quoted; all else is one value.
  SELECT 4, format('ALTER DATABASE %I SET %I TO %s', $1::text, parts[1],
                   CASE WHEN parts[1] IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
                        THEN parts[2] ELSE quote_literal(parts[2]) END)
  FROM unnest($10::text[]) AS entry, regexp_match(entry, '^([^=]+)=(.*)$') AS parts
)
SELECT statement FROM statements ORDER BY place, statement;
