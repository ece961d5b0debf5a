import Database from 'better-sqlite3'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { lockArchive } from '../../src/archive/sqlite/archive-lock.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { afterThisTest, describeConcurrent } from '../support/describe-concurrent.ts'
import { testFolder } from '../support/folder.ts'
import { world, type World } from '../support/world.ts'
import { startHansard, type Running } from '../support/hansard-process.ts'
import { checkIntegrity, differences } from '../torture/truth.ts'

const LATE = '{"type":"message.input","content":"late"}'

/** A sandbox, and backups of it in other processes. */
async function worldOfProcesses(): Promise<World & { start(...args: string[]): Running }> {
  const stories = [generateConversations({ count: 60, entries: 2, bytesPerEntry: 300, seed: 5 })]
  const here = await world({ stories })
  const start = (...args: string[]) => {
    const running = startHansard(['backup', '--json', ...args], here.env)
    afterThisTest(() => void running.child.kill('SIGKILL'))
    return running
  }
  return { ...here, start }
}

/** A run that stores something and then waits for a response until it is stopped. */
async function stuckRun({ sandbox, start }: Awaited<ReturnType<typeof worldOfProcesses>>): Promise<Running> {
  sandbox.faults.add({ operation: 'getHistory', nth: 20, times: 1, then: { kind: 'stall', at: 'head' } })
  const before = sandbox.requests.length
  const running = start()
  await vi.waitFor(() => expect(sandbox.requests.length - before).toBeGreaterThan(50), { timeout: 30_000 })
  return running
}

/** Locks the archive until the end of the test. */
function locked({ archive }: World): void {
  const lock = lockArchive(archive, 'a test')
  afterThisTest(() => lock.release())
}

async function untilItWaits(running: Running): Promise<void> {
  await vi.waitFor(() => expect(running.stderr()).toContain('waiting: '), { timeout: 30_000 })
}

describeConcurrent(
  'Two simultaneous backups to one archive',
  () => {
    it('are one that runs, and one that is refused with the name of the first', async () => {
      const here = await worldOfProcesses()
      const { child } = await stuckRun(here)
      const second = await here.start().ended
      expect(second.exit).toBe(6)
      expect(second.stderr).toMatch(new RegExp(`locked by another run \\(pid ${child.pid} on .+\\)`))
    })

    it('run one after the other if the second waits', async () => {
      const here = await worldOfProcesses()
      const lock = lockArchive(here.archive, 'a test')
      const second = here.start('--wait')
      await untilItWaits(second)
      lock.release()
      const { exit, stdout } = await second.ended
      expect([exit, JSON.parse(stdout)]).toMatchObject([0, { new: 60, complete: true }])
    })

    it('let the second give up if it does not wait long enough', async () => {
      const here = await worldOfProcesses()
      locked(here)
      const began = performance.now()
      expect(await here.run('backup', '--wait', '1')).toMatchObject({ exitCode: 6 })
      expect(performance.now() - began).toBeGreaterThan(1000)
    })

    it('let the second start at once when the first is killed', async () => {
      const here = await worldOfProcesses()
      const first = await stuckRun(here)
      const second = here.start('--wait')
      await untilItWaits(second)
      first.child.kill('SIGKILL')
      expect((await first.ended).exit).toBe('SIGKILL')
      expect((await second.ended).exit).toBe(0)
      const { stdout } = await here.run('runs')
      // It has no end and no duration, but its counts: listed, new, updated and failed.
      expect(stdout).toMatch(/^1\t[^\t]+\t\tbackup\tdid not end\t\t\d+\t[1-9]\d*\t0\t0\t/m)
      expect(differences(here.archive, here.sandbox.account('source'))).toEqual([])
    })
  },
  60_000,
)

describeConcurrent(
  'A lock',
  () => {
    it('keeps out other processes although its holder checks it again', async () => {
      const here = await worldOfProcesses()
      locked(here)
      expect(() => lockArchive(here.archive, 'the same process')).toThrow('locked by another run (a test)')
      expect((await here.start().ended).exit).toBe(6)
    })
  },
  60_000,
)

describeConcurrent(
  'Ctrl-C',
  () => {
    it('ends a run in order, and twice at once; the archive is sound either way', async () => {
      for (const twice of [false, true]) {
        const here = await worldOfProcesses()
        const { child, ended } = await stuckRun(here)
        child.kill('SIGINT')
        if (twice) child.kill('SIGINT')
        expect((await ended).exit).toBe(130)
        checkIntegrity(here.archive)
        expect(await here.backup()).toMatchObject({ exitCode: 0, complete: true, listed: 60 })
        expect(differences(here.archive, here.sandbox.account('source'))).toEqual([])
      }
    })

    it('stops waiting for another run', async () => {
      const here = await worldOfProcesses()
      locked(here)
      const second = here.start('--wait')
      await untilItWaits(second)
      second.child.kill('SIGINT')
      expect((await second.ended).exit).toBe(130)
    })
  },
  60_000,
)

describeConcurrent(
  'A copy of the archive file',
  () => {
    it('made after a run is complete', async () => {
      const here = await worldOfProcesses()
      await here.backup()
      here.sandbox.account('source').create({ entries: [LATE] })
      await here.backup()
      const copy = join(testFolder(), 'copy.db')
      copyFileSync(here.archive, copy)
      checkIntegrity(copy)
      expect(differences(copy, here.sandbox.account('source'))).toEqual([])
      expect(existsSync(`${here.archive}-wal`)).toBe(false)
    })

    it('is warned of if it would lack the newest part because a reader is active', async () => {
      const here = await worldOfProcesses()
      await here.backup()
      const reader = new Database(here.archive, { readonly: true })
      afterThisTest(() => void reader.close())
      reader.exec('begin')
      reader.prepare('select count(*) from entry').get()
      here.sandbox.account('source').create({ entries: [LATE] })
      const { exitCode, stderr } = await here.run('backup')
      expect(exitCode).toBe(0)
      expect(stderr).toContain(`still in ${here.archive}-wal`)
      expect(openArchive(here.archive).conversations.count()).toBe(61)
    })
  },
  60_000,
)
