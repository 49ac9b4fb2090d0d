-- What a database is beside what is in it: none of this comes back with `pg_restore` into a database that is
-- there already.
-- $1 name
-- repeatable: yes
-- not null: encoding, localeProvider, collation, characterType, owner, connectionLimit, rights, settings
SELECT pg_encoding_to_char(d.encoding)::text AS encoding,
       CASE d.datlocprovider WHEN 'i' THEN 'icu' ELSE 'libc' END AS "localeProvider",
       d.datcollate AS collation,
       d.datctype AS "characterType",
       d.daticulocale AS "icuLocale",
       pg_get_userbyid(d.datdba) AS owner,
       d.datconnlimit AS "connectionLimit",
       ARRAY(
         SELECT concat_ws(' ', CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                          a.privilege_type, CASE WHEN a.is_grantable THEN 'WITH GRANT OPTION' END)
         FROM aclexplode(COALESCE(d.datacl, acldefault('d', d.datdba))) AS a
         ORDER BY 1
       ) AS rights,
       ARRAY(
         SELECT unnest(s.setconfig) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid AND s.setrole = 0 ORDER BY 1
       ) AS settings
FROM pg_database d
WHERE d.datname = $1;
