import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { archiveOf } from '../../support/archives.ts'
import { describeConcurrent } from '../../support/describe-concurrent.ts'
import { testFolder } from '../../support/folder.ts'
import { bin, startHansard } from '../../support/hansard-process.ts'
import {
  itOnTerminal,
  screenOf,
  startHansardOnTerminal,
  startOnTerminal,
} from '../../support/pseudo-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'hansard-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** An archive with so many conversations that no screen shows them all. The tests share it: they only read. */
function manyConversations(count = 500): string {
  const path = join(folder, `${count}.db`)
  if (existsSync(path)) return path
  const rows = Array.from({ length: count }, (_, i) => ({
    row: { id: `conv_${i}`, updated_at: '2026-11-25T10:00:00Z', name: `river ${i}` },
  }))
  archiveOf(rows, openArchive(path, { mode: 'create' })).close()
  return path
}

// They are made before the tests begin, because making one blocks the tests that run at the same time.
for (const count of [3, 500, 20_000]) manyConversations(count)

/** A pager that copies what it reads into a file, and says so. */
function recordingPager(script: string): { PAGER: string; recorded: () => string } {
  const folder = testFolder()
  const [file, program] = [join(folder, 'read'), join(folder, 'my pager')]
  writeFileSync(program, `#!/bin/sh\n${script.replaceAll('FILE', file)}\n`)
  chmodSync(program, 0o755)
  return { PAGER: `'${program}' --with options`, recorded: () => readFileSync(file, 'utf8') }
}

const all = ['list', '--limit', '500', '--archive']

describeConcurrent('A pager', () => {
  itOnTerminal('shows a long list from its top, and the command ends with 0 when it is quit', async () => {
    const running = startHansardOnTerminal([...all, manyConversations()])
    await running.untilSeen(/^ID +UPDATED[^]*river 499[^]*\n:$/)
    running.type(' ')
    await running.untilSeen(/river 47[^]*\n:$/)
    running.type('q')
    const { exit, lines } = await running.ended
    expect(exit).toBe(0)
    expect(lines.join('\n')).not.toContain('Showing')
  })

  itOnTerminal('is not needed for what fits the screen, and notes follow it', async () => {
    const { exit, lines } = await screenOf(['list', '--archive', manyConversations()])
    expect(exit).toBe(0)
    expect(lines.at(-1)).toBe('Showing the newest 20 of 500 conversations; to see all, use --limit 500')
    expect(lines).toHaveLength(22)
  })

  itOnTerminal('may be any command line: PAGER', async () => {
    const { PAGER, recorded } = recordingPager('echo "$@" > FILE; cat >> FILE; echo done reading')
    const { exit, lines } = await screenOf([...all, manyConversations()], { env: { PAGER } })
    expect([exit, lines]).toEqual([0, ['done reading']])
    expect(recorded()).toMatch(/^--with options\n.*ID +UPDATED/)
    expect(recorded().split('\n')).toHaveLength(1 + 1 + 500 + 1)
  })

  itOnTerminal('that is quit early ends a command with much left to say', async () => {
    const { PAGER } = recordingPager('head -n 2')
    const { exit, lines } = await screenOf(
      ['list', '--limit', '20000', '--archive', manyConversations(20_000)],
      { env: { PAGER } },
    )
    expect([exit, lines.length]).toEqual([0, 2])
  })

  itOnTerminal('gets Ctrl-C: less goes on, and so does the command behind it', async () => {
    const many = ['list', '--limit', '20000', '--archive', manyConversations(20_000)]
    const running = startHansardOnTerminal(many)
    await running.untilSeen(/\n:$/)
    running.type('\u0003')
    const afterEnd = async () => {
      running.type('G') // less drops keys while it handles Ctrl-C
      return (await running.seen()).join('\n')
    }
    await vi.waitFor(async () => expect(await afterEnd()).toMatch(/river 0\b/), { timeout: 15_000 })
    running.type('q')
    expect((await running.ended).exit).toBe(0)
  })

  itOnTerminal('that does not exist is an error with a hint', async () => {
    const { exit, lines } = await screenOf([...all, manyConversations()], { env: { PAGER: 'no-such-pager' } })
    expect(exit).toBe(2)
    expect(lines.join('\n')).toMatch(/hansard: Cannot run the pager "no-such-pager"\nhint: Set PAGER to /)
  })

  itOnTerminal('keeps the exit code of the command', async () => {
    const archive = manyConversations()
    const { exit } = await screenOf(['list', '--match', 'river', '--limit', '500', '--archive', archive])
    expect(exit).toBe(1) // there is no search index
  })
})

describeConcurrent('No pager is started', () => {
  const PAGER = 'echo PAGED'
  const paged = { env: { PAGER } }

  itOnTerminal('with --no-pager, with TERM=dumb, for JSON, or where PAGER is empty or cat', async () => {
    const list = ['list', '--archive', manyConversations(3)]
    const screens = await Promise.all([
      screenOf([...list, '--no-pager'], paged),
      screenOf([...list, '--json'], paged),
      startOnTerminal(['env', 'TERM=dumb', process.execPath, bin, ...list], paged).ended,
      screenOf(list, { env: { PAGER: '' } }),
      screenOf(list, { env: { PAGER: ' cat ' } }),
    ])
    for (const { exit, lines } of screens) {
      expect(exit).toBe(0)
      for (const n of [0, 1, 2]) expect(lines.join('\n')).toContain(`river ${n}`)
    }
  })

  itOnTerminal('where there is no less', async () => {
    const folder = join(testFolder(), 'bin')
    mkdirSync(folder)
    symlinkSync('/bin/sh', join(folder, 'sh'))
    const { exit, lines } = await screenOf(['list', '--archive', manyConversations(3)], {
      env: { PATH: folder },
    })
    expect([exit, lines.length]).toEqual([0, 4])
  })

  it('in a pipe', async () => {
    const { ended } = startHansard([...all, manyConversations(3)], { PAGER })
    expect(await ended).toMatchObject({ exit: 0, stdout: expect.not.stringContaining('PAGED') as string })
  })
})
