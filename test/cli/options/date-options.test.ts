import { expect, it } from 'vitest'

import { hansard } from '../../support/hansard.ts'
import { testFolder } from '../../support/folder.ts'
import { archiveOf } from '../../support/archives.ts'
import { age } from '../../../src/cli/options/date-options.ts'
import { openArchive } from '../../../src/archive/archive.ts'

const now = () => new Date('2026-11-25T12:30:00Z')

function archiveFile(): string {
  const path = `${testFolder()}/archive.db`
  const rows = [
    '2026-11-24T23:59:59Z',
    '2026-11-24T00:00:00Z',
    '2026-11-20T00:00:00Z',
    '2026-10-01T00:00:00Z',
  ]
  archiveOf(
    rows.map((created_at, i) => ({ row: { id: `conv_${i}`, created_at } })),
    openArchive(path, { mode: 'create' }),
  ).close()
  return path
}

async function idsListed(archive: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await hansard(['list', '--json', '--archive', archive, ...args], { now })
  const lines = stdout.split('\n').filter(Boolean)
  return lines.map((line) => (JSON.parse(line) as { id: string }).id).sort()
}

it('--since and --until take dates relative to now', async () => {
  const archive = archiveFile()
  expect(await idsListed(archive, '--since', 'yesterday')).toEqual(['conv_0', 'conv_1'])
  expect(await idsListed(archive, '--since', '1 week', '--until', 'yesterday')).toEqual(['conv_2'])
  expect(await idsListed(archive, '--until', '4 weeks ago')).toEqual(['conv_3'])
})

it('a date that is none is refused with examples, whatever the command', async () => {
  for (const command of [
    ['list'],
    ['search', 'x'],
    ['export', 'jsonl', '--output', '-'],
    ['replay', 'plan'],
  ]) {
    const { exitCode, stderr } = await hansard([...command, '--since', '3m'], { now })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(
      /^hansard: Option '--since <time>' argument '3m' is invalid\nhint: Expected 3d, 12h, 2 weeks, .*\n$/,
    )
  }
})

it('an age is a time in the past; a date is not an age', () => {
  expect(age(now)('3d')).toBe('2026-11-22T12:30:00.000000Z')
  expect(() => age(now)('2026-11-22')).toThrow('Expected 30min, 12h, 3d, 2 weeks or 6 months.')
})
