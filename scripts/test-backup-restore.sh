#!/usr/bin/env bash
# Makes a backup and proves that it restores: into a database of its own, which is compared with what was
# dumped, worked on by the service's own statements, and removed. Exits 0 only when all of that is beyond doubt.
#
#   DB_HOST=db.example.org DB_USER=docling_backup PGSSLMODE=verify-full PGSSLROOTCERT=/etc/docling/ca.pem \
#     scripts/test-backup-restore.sh
#
# DB_HOST, DB_PORT, DB_USER, DB_NAME, BACKUP_DIR and BACKUP_RTO_SECONDS say what and how (README.md, settings); the
# password comes from PGPASSWORD or ~/.pgpass, never from the command line. Options are those of `npm run backup`.
set -euo pipefail

root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

command -v node >/dev/null || fail 'node is not on the PATH: install Node.js 20.19 or later.'
node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
  fail "Node.js 20.19 or later is needed, and $(command -v node) is $(node --version)."
[[ -d $root/node_modules ]] || fail "The packages are not installed: run npm ci in $root."
[[ -f $root/dist/backup.js ]] || fail "The service is not built: run npm run build in $root."

# In place of this shell, so that signals reach the one that cleans up.
exec node "$root/dist/backup.js" --verify "$@"
