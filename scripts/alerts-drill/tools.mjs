/** Programs that the stage starts or uses; the table in scripts/bootstrap/tools.mjs has their packages. */
export const STAGE_TOOLS = [
  'initdb',
  'postgres',
  'pg_basebackup',
  'pgbouncer',
  'prometheus',
  'prometheus-alertmanager',
  'prometheus-node-exporter',
  'prometheus-postgres-exporter',
];
