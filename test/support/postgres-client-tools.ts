import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/** The path of a PostgreSQL 15 client tool: Debian's, or the one on the PATH. */
export function clientTool(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const candidate = path.join(DEBIAN, '15', 'bin', name);
  return versions.includes('15') && existsSync(candidate) ? candidate : name;
}
