-- As whom this session's user can make a database, and whether it can own things as the given role.
-- $1 owner
-- repeatable: yes
-- not null: name, superuser, canOwn
-- nullable: creator
SELECT r.rolname AS name,
       r.rolsuper AS superuser,
       CASE
         WHEN r.rolsuper OR r.rolcreatedb THEN r.rolname
         ELSE (SELECT c.rolname FROM pg_roles c
               WHERE c.rolname = 'docling_restore' AND c.rolcreatedb AND pg_has_role(r.oid, c.oid, 'MEMBER'))
       END AS creator,
       EXISTS (SELECT FROM pg_roles o WHERE o.rolname = $1 AND pg_has_role(r.oid, o.oid, 'MEMBER')) AS "canOwn"
FROM pg_roles r
WHERE r.rolname = session_user;
