import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { lineOfConversation } from '../../../src/export/jsonl-format.ts'
import { seededRandom } from '../../../src/sandbox/random.ts'
import { testFolder } from '../../support/folder.ts'
import { makeSoundArchive } from '../../support/sound-archive.ts'
import { verified } from '../../support/verify.ts'

const SEED = Number(process.env['FLIP_SEED'] ?? 1)
const FLIPS = Number(process.env['FLIPS'] ?? 300)

describe('A flipped bit anywhere in the file', () => {
  it(`is reported whenever it changes what can be read back (${FLIPS} flips, seed ${SEED})`, () => {
    const folder = testFolder()
    const sound = join(folder, 'sound.db')
    makeSoundArchive(sound)
    const bytes = readFileSync(sound)
    const original = exported(sound)
    const place = (name: string, content: Buffer) => {
      const path = join(folder, name)
      for (const log of ['-wal', '-shm']) rmSync(path + log, { force: true })
      writeFileSync(path, content, { mode: 0o600 })
      return path
    }

    const random = seededRandom(SEED)
    const tally = { reported: 0, unreadable: 0, harmless: 0 }
    for (let n = 0; n < FLIPS; n++) {
      const [offset, bit] = [random.below(bytes.length), random.below(8)]
      const damaged = Buffer.from(bytes)
      damaged[offset] = (damaged[offset] ?? 0) ^ (1 << bit)
      const { isReadable, findings } = verified(place('verified.db', damaged))
      const isChanged = exported(place('exported.db', damaged)) !== original
      if (isChanged) expect(findings, `byte ${offset}, bit ${bit}`).not.toEqual([])
      if (findings.length === 0) tally.harmless++
      else tally[isReadable ? 'reported' : 'unreadable']++
    }
    console.log(`of ${FLIPS} flips: ${JSON.stringify(tally)}; seed ${SEED}`)
    // Most of a small file is unused space: seeds 1 to 4 report 58, 64, 73 and 78 of 300 flips.
    expect(tally.reported).toBeGreaterThan(FLIPS / 6)
  }, 600_000)
})

/** What `export jsonl --include-gone` writes, or its error. */
function exported(path: string): string {
  let text = ''
  try {
    const archive = openArchive(path)
    try {
      for (const conversation of archive.conversations.readAll({ includeGone: true }))
        for (const part of lineOfConversation(conversation)) text += part
    } finally {
      archive.close()
    }
    return text
  } catch (thrown) {
    return `${text}${String(thrown)}`
  }
}
