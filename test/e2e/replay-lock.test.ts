import { linkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'

import { afterThisTest, describeConcurrent } from '../support/describe-concurrent.ts'
import { replayWorld, type ReplayWorld } from '../support/replay-world.ts'
import { someTalks, talksOf } from '../support/talks.ts'
import { startHansard, type Running } from '../support/hansard-process.ts'

const TALKS = 8

/** A run in another process that has sent a request and waits for the response. */
async function runUnderWay(): Promise<ReplayWorld & { first: Running; start(archive?: string): Running }> {
  const world = await replayWorld({
    stories: [talksOf(someTalks(TALKS))],
    faults: [{ operation: 'startStream', account: 'other', then: { kind: 'latency', ms: 700 } }],
  })
  const start = (archive = world.archive) => {
    const args = ['replay', 'run', '--yes', '--json', '--settle', '1', '--concurrency', '2']
    const running = startHansard(args, { ...world.env, HANSARD_ARCHIVE: archive })
    afterThisTest(() => void running.child.kill('SIGKILL'))
    return running
  }
  const first = start()
  await vi.waitFor(() => expect(writesTo(world)).toBeGreaterThan(0), { timeout: 30_000 })
  return { ...world, first, start }
}

function writesTo({ sandbox }: ReplayWorld): number {
  return sandbox.requests.filter(({ account, method }) => account === 'other' && method === 'POST').length
}

/** Ways around the lock: `prepare` makes a link to the archive, or removes the lock file. */
const ways = [
  { way: 'through a symbolic link', isLink: true, prepare: symlinkSync },
  { way: 'through a hard link', isLink: true, prepare: linkSync },
  {
    way: 'after the lock file was removed',
    isLink: false,
    prepare: (archive: string) => rmSync(`${archive}.lock`),
  },
  {
    way: 'after the lock file was renamed',
    isLink: false,
    prepare: (archive: string) => renameSync(`${archive}.lock`, `${archive}.old`),
  },
]

describeConcurrent(
  'A second replay of the same archive',
  () => {
    it.each(ways)(
      '$way is refused because the archive is locked; the first continues, and nothing is copied twice',
      async ({ isLink, prepare }) => {
        const world = await runUnderWay()
        const link = join(world.folder, 'link.db')
        prepare(world.archive, link)
        world.first.child.kill('SIGSTOP') // however long the second takes to start, the first is not done
        const second = await world.start(isLink ? link : world.archive).ended
        world.first.child.kill('SIGCONT')
        expect(second.exit).toBe(6)
        const first = await world.first.ended
        expect({ ...first, stdout: '' }).toMatchObject({ exit: 0, stderr: '' })
        expect(writesTo(world)).toBe(TALKS)
      },
    )

    it('under another name of the file sends nothing that the first may have sent before it was killed', async () => {
      const world = await runUnderWay()
      const other = join(world.folder, 'link.db')
      linkSync(world.archive, other)
      world.first.child.kill('SIGKILL')
      await world.first.ended
      const sent = writesTo(world)
      const second = await world.start(other).ended
      expect(second).toMatchObject({
        exit: 6,
        stderr: expect.stringContaining('another name (a hard link)') as string,
      })
      expect(writesTo(world)).toBe(sent)
      expect((await world.start().ended).exit).toBe(0)
      expect(world.sandbox.account('other').ids).toHaveLength(TALKS)
    })
  },
  60_000,
)
