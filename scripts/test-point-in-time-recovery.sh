#!/usr/bin/env bash
# Proves that point-in-time recovery works: loses a PostgreSQL server of its own and restores it from its
# pgBackRest repository alone. docs/database-backup.md says what is checked. Exits 0 only when there is no doubt.
# Options: --help lists them.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if ! command -v node >/dev/null; then
  echo 'Node.js 20.19 or later is needed, and node is not on the PATH.' >&2
  exit 1
fi
# Not a child: signals have to reach what cleans up.
exec node "$root/scripts/recovery-drill.mjs" "$@"
