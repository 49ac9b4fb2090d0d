-- Everything that migrations, roles and grants make, one object per row, as text that two databases can be
-- compared by: names are qualified, and rights stand in a fixed order, whatever order they were given in. What
-- extensions bring along, and PostgreSQL itself, is left out.
-- repeatable: yes
-- not null: kind, name, definition
WITH own_schemas AS (
  SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
  WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
),
from_extensions AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
relations AS (
  SELECT c.oid, c.relkind, c.relowner, c.relacl, c.reloptions, c.relrowsecurity, c.relpersistence,
         format('%I.%I', s.nspname, c.relname) AS name
  FROM pg_class c JOIN own_schemas s ON s.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM from_extensions e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
),
objects (kind, name, definition, owner, rights, catalog, oid, part) AS (
  SELECT 'schema', format('%I', nspname), '', nspowner, COALESCE(nspacl, acldefault('n', nspowner)),
         'pg_namespace', oid, 0
  FROM own_schemas
  UNION ALL
  SELECT 'extension', format('%I', e.extname), format('version %s schema %I', e.extversion, n.nspname), NULL, NULL,
         'pg_extension', e.oid, 0
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
  UNION ALL
  SELECT CASE relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialised view' ELSE 'table' END,
         name,
         concat_ws(' ', CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END,
                   CASE WHEN relpersistence <> 'p' THEN format('persistence %s', relpersistence) END,
                   CASE WHEN relrowsecurity THEN 'row level security' END,
                   (SELECT format('start %s increment %s min %s max %s cycle %s', seqstart, seqincrement, seqmin, seqmax, seqcycle)
                    FROM pg_sequence WHERE seqrelid = relations.oid),
                   (SELECT string_agg(option, ' ' ORDER BY option) FROM unnest(reloptions) AS option)),
         relowner, COALESCE(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)),
         'pg_class', oid, 0
  FROM relations WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'column', format('%s.%I', t.name, a.attname),
         concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
                   CASE WHEN a.attgenerated <> '' THEN 'generated' WHEN a.attidentity <> '' THEN 'identity' END,
                   'default ' || pg_get_expr(d.adbin, d.adrelid)),
         NULL, a.attacl, 'pg_class', t.oid, a.attnum
  FROM relations t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
  WHERE t.relkind IN ('r', 'p', 'f')
  UNION ALL
  SELECT 'index', format('%I.%I', n.nspname, c.relname),
         concat_ws(' ', pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN 'INVALID' END), NULL, NULL,
         'pg_class', i.indexrelid, 0
  FROM pg_index i
    JOIN relations t ON t.oid = i.indrelid
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION ALL
  SELECT 'constraint', format('%s.%I', t.name, c.conname),
         concat_ws(' ', pg_get_constraintdef(c.oid), CASE WHEN NOT c.convalidated THEN 'not validated' END), NULL, NULL,
         'pg_constraint', c.oid, 0
  FROM pg_constraint c JOIN relations t ON t.oid = c.conrelid
  UNION ALL
  SELECT 'trigger', format('%s.%I', t.name, g.tgname),
         concat_ws(' ', pg_get_triggerdef(g.oid), CASE WHEN g.tgenabled <> 'O' THEN format('enabled %s', g.tgenabled) END),
         NULL, NULL, 'pg_trigger', g.oid, 0
  FROM pg_trigger g JOIN relations t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal
  UNION ALL
  SELECT 'policy', format('%s.%I', t.name, p.polname),
         format('for %s using %s check %s', p.polcmd, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)),
         NULL, NULL, 'pg_policy', p.oid, 0
  FROM pg_policy p JOIN relations t ON t.oid = p.polrelid
  UNION ALL
  SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
         format('%I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
         CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE '' END,
         p.proowner, COALESCE(p.proacl, acldefault('f', p.proowner)), 'pg_proc', p.oid, 0
  FROM pg_proc p JOIN own_schemas s ON s.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT FROM from_extensions e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
  UNION ALL
  SELECT 'type', format('%I.%I', s.nspname, t.typname),
         CASE t.typtype
           WHEN 'e' THEN 'enum ' || (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
                                     FROM pg_enum WHERE enumtypid = t.oid)
           ELSE format('%s of %s', t.typtype, format_type(t.typbasetype, t.typtypmod))
         END,
         t.typowner, COALESCE(t.typacl, acldefault('T', t.typowner)), 'pg_type', t.oid, 0
  FROM pg_type t JOIN own_schemas s ON s.oid = t.typnamespace
  WHERE t.typtype IN ('e', 'd', 'r')
    AND NOT EXISTS (SELECT FROM from_extensions e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
  UNION ALL
  SELECT 'default rights',
         format('%s%s on %s', d.defaclrole::regrole, COALESCE(' in ' || s.nspname, ''), d.defaclobjtype), '',
         d.defaclrole, d.defaclacl, 'pg_default_acl', d.oid, 0
  FROM pg_default_acl d LEFT JOIN own_schemas s ON s.oid = d.defaclnamespace
  UNION ALL
  SELECT 'event trigger', format('%I', evtname), format('on %s execute %s', evtevent, evtfoid::regprocedure), evtowner, NULL,
         'pg_event_trigger', oid, 0
  FROM pg_event_trigger
)
SELECT kind, name, btrim(definition) AS definition, pg_get_userbyid(owner) AS owner,
       (SELECT string_agg(format('%s=%s%s', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END,
                                 privilege_type, CASE WHEN is_grantable THEN '*' END),
                          ' ' ORDER BY CASE grantee WHEN 0 THEN '' ELSE pg_get_userbyid(grantee) END, privilege_type)
        FROM aclexplode(rights)) AS rights,
       (SELECT description FROM pg_description
        WHERE classoid = catalog::regclass AND objoid = oid AND objsubid = part) AS comment
FROM objects
ORDER BY kind, name;
