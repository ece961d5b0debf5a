import Database from 'better-sqlite3'
import { existsSync } from 'node:fs'

import { openArchive } from '../../src/archive/archive.ts'
import { verifyArchive } from '../../src/archive/integrity/verify-archive.ts'
import { compact } from '../../src/model/json/json-text.ts'
import { redactSecrets } from '../../src/model/secrets/redact-json.ts'
import type { SandboxAccount } from '../../src/sandbox/account/account.ts'

/**
 * Runs whose counts differ from the revisions that they stored, killed ones included. A failed conversation can be
 * stored in part.
 */
const BOOKS = `
  select id, outcome, new, updated, failed, (select count(*) from revision where revision.run = run.id) as revisions
  from run where revisions not between new + updated and new + updated + failed`

/** Throws unless SQLite and `hansard verify` find no damage. */
export function checkIntegrity(archive: string): void {
  if (!existsSync(archive)) return
  const db = new Database(archive, { readonly: true })
  try {
    const found = JSON.stringify([db.pragma('integrity_check'), db.pragma('foreign_key_check')])
    if (found !== '[[{"integrity_check":"ok"}],[]]') throw new Error(`the archive is damaged: ${found}`)
    if (db.pragma('user_version', { simple: true }) === 0) return // killed before there was a table
    const wrong = db.prepare(BOOKS).all()
    if (wrong.length > 0) throw new Error(`wrong counts of runs: ${JSON.stringify(wrong)}`)
  } finally {
    db.close()
  }
  const findings = [...verifyArchive(archive)].filter((step) => 'finding' in step)
  if (findings.length > 0) throw new Error(`verify finds: ${JSON.stringify(findings)}`)
}

/** Compares every conversation of an account with the archive, token for token; returns the differences. */
export function differences(archive: string, account: SandboxAccount): string[] {
  if (!existsSync(archive)) return account.ids.map((id) => `${id} is missing: there is no archive`)
  const stored = openArchive(archive)
  try {
    return account.ids.flatMap((id) => {
      const conversation = stored.conversations.read(id)
      if (conversation === undefined) return [`${id} is missing`]
      const row = conversation.row === redactSecrets(compact(account.row(id) ?? ''))
      const entries =
        JSON.stringify([...conversation.entries()]) === JSON.stringify(account.entries(id)?.map(compact))
      const gone = conversation.goneAt !== null
      return [
        ...(row ? [] : [`${id} has another row: ${conversation.row}, not ${account.row(id)}`]),
        ...(entries ? [] : [`${id} has other entries`]),
        ...(gone ? [`${id} is marked gone`] : []),
      ]
    })
  } finally {
    stored.close()
  }
}

/** The ids of all conversations in an archive. */
export function archivedIds(archive: string): string[] {
  if (!existsSync(archive)) return []
  const stored = openArchive(archive)
  try {
    return [...stored.conversations.ids({ includeGone: true })]
  } finally {
    stored.close()
  }
}
