import { accessSync, chmodSync, constants, existsSync, statSync } from 'node:fs'

import type { Check } from './check.ts'

const OWNER = 0o600

/** Checks that only the owner may read the archive and the files that SQLite keeps beside it. */
export const permissions: Check = {
  name: 'permissions',
  about: 'only its owner may read the file',
  *find({ path }) {
    for (const file of [path, `${path}-wal`, `${path}-shm`]) {
      if (!existsSync(file) || isOnReadOnlyDisk(file)) continue
      const mode = statSync(file).mode & 0o7777
      if ((mode & ~OWNER) === 0) continue
      const own = mode & OWNER // a read-only file stays read-only
      yield {
        what: `the permissions of ${file} are ${mode.toString(8)}, not ${own.toString(8)}`,
        where: {},
        isWarning: true,
        repair: () => chmodSync(file, own),
      }
    }
  },
}

/** On a read-only disk nobody can change permissions. */
function isOnReadOnlyDisk(file: string): boolean {
  try {
    accessSync(file, constants.W_OK)
    return false
  } catch (thrown) {
    return (thrown as { readonly code?: unknown }).code === 'EROFS'
  }
}
