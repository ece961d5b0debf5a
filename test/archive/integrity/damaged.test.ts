import { chmodSync, copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { damagedArchives } from '../../support/damaged-archives.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { verified } from '../../support/verify.ts'

const fixtures = join(import.meta.dirname, '../../../fixtures/damaged')

/** For each kind of damage: the exit code, the check that recognizes it, and its message. */
const expected: Readonly<Record<string, readonly [exitCode: number, check: string, what: string]>> = {
  'flipped-page': [4, 'pages', 'missing from index revision_conversation'],
  'flipped-text': [4, 'entries', 'its text or its hash has changed'],
  'missing-entry': [4, 'links', 'entry 2 is missing'],
  truncated: [8, 'size', 'is truncated'],
  newer: [8, 'format', 'written by a newer hansard (format 999)'],
  older: [8, 'format', 'written by a development version of hansard (format 7)'],
}

/** Copies a fixture, readable only by its owner: git does not store permissions. */
function fixture(kind: string): string {
  const path = join(testFolder(), `${kind}.db`)
  copyFileSync(join(fixtures, `${kind}.db`), path)
  chmodSync(path, 0o600)
  return path
}

describe('A damaged archive', () => {
  it.each(Object.entries(expected))('is recognized: %s', async (kind, [exitCode, check, what]) => {
    const made = join(testFolder(), 'made.db')
    damagedArchives[kind]?.(made)
    for (const path of [fixture(kind), made]) {
      const { findings } = verified(path)
      const telling = findings.filter((finding) => finding.check === check)
      expect(telling.map((finding) => finding.what).join('\n')).toContain(what)
      const others = Object.values(expected).filter(([, , words]) => words !== what)
      for (const [, , words] of others) expect(JSON.stringify(findings)).not.toContain(words)
      expect(await hansard(['verify', '--archive', path])).toMatchObject({ exitCode })
    }
  })

  it('exists as a fixture for each kind of damage', () => {
    expect(readdirSync(fixtures).sort()).toEqual(
      Object.keys(damagedArchives)
        .map((kind) => `${kind}.db`)
        .sort(),
    )
  })
})
