import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'

describe('hansard demo', () => {
  it(
    'counts the same entries in every step, and ends with the places of its files',
    { timeout: 60_000 },
    async () => {
      const folder = join(testFolder(), 'demo')
      const { exitCode, stdout, stderr } = await hansard(['demo', '--folder', folder])
      expect(exitCode).toBe(0)
      const counts = [...`${stdout}${stderr}`.matchAll(/([\d,]{4,}) entries/g)].map(([, count]) => count)
      expect(counts.length).toBeGreaterThanOrEqual(2)
      expect(new Set(counts).size).toBe(1)
      expect(stdout).toContain(`  hansard --archive ${join(folder, 'archive.db')} list\n`)
    },
  )

  it('with --json prints one object', { timeout: 60_000 }, async () => {
    const folder = join(testFolder(), 'demo')
    const { exitCode, stdout } = await hansard(['demo', '--folder', folder, '--json'])
    expect(exitCode).toBe(0)
    const [printed] = expectSchema('demo', stdout) as [{ archive: string; output: string }]
    expect(existsSync(printed.archive) && existsSync(printed.output)).toBe(true)
  })
})
