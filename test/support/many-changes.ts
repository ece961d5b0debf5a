import { join } from 'node:path'

import { openArchive } from '../../src/archive/archive.ts'
import { archiveOf } from './archives.ts'
import { testFolder } from './folder.ts'

/** Creates an archive in which the second run found this number of changes of each kind; returns its path. */
export function archiveOfManyChanges(count: number): string {
  const path = join(testFolder(), 'archive.db')
  const archive = openArchive(path, { mode: 'create' })
  const at = '2026-11-22T03:15:00.000Z'
  const entry = (content: string) => ({ type: 'message.input', role: 'user', content })
  const each = <T>(work: (i: number) => T) => Array.from({ length: count }, (_, i) => work(i))
  archiveOf(
    each((i) => ({ row: { id: `conv_old${i}` }, entries: [entry(`What of ${i}?`)] })),
    archive,
  )
  const run = archiveOf(
    each((i) => [
      { row: { id: `conv_old${i}` }, entries: [entry(`What of ${i}?`), entry('More?')] },
      {
        row: { id: `conv_new${i}` },
        entries: [entry(`New ${i}, in 漢字 and with a name that is far too long`)],
      },
    ]).flat(),
    archive,
  ).runs.recent(1)[0]
  if (run === undefined) throw new Error('no run')
  archive.transaction(() => {
    for (const kind of ['gone', 'revived', 'history-altered', 'vanished'] as const)
      each((i) =>
        archive.events.add(
          { kind, conversation: `conv_old${i}`, detail: `entry 0 of ${i} has changed` },
          run.id,
          at,
        ),
      )
    each((i) => {
      const message = `Timeout after ${i} s`
      archive.failures.record(
        { conversation: `conv_bad${i}`, step: 'history', code: 'timeout', message },
        run.id,
        at,
      )
    })
  })
  archive.close()
  return path
}
