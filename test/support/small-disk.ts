import { Archive, openArchive } from '../../src/archive/archive.ts'
import { openSqlite } from '../../src/archive/sqlite/sqlite.ts'

/** Opens a new archive as on a disk with room for this many more pages. */
export function openOnSmallDisk(path: string, pages: number): Archive {
  openArchive(path, { mode: 'create' }).close()
  const db = openSqlite(path, 'write')
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + pages}`)
  return new Archive(db, path)
}
