import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { beforeAll, describe, expect, it, vi } from 'vitest'

import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { makeBigArchive } from '../bench/big-archive.ts'
import { look } from '../support/archives.ts'
import { describeConcurrent } from '../support/describe-concurrent.ts'
import { testFolder } from '../support/folder.ts'
import { bin, startHansard } from '../support/hansard-process.ts'
import { itOnTerminal, startHansardOnTerminal, startOnTerminal } from '../support/pseudo-terminal.ts'
import { world, type World } from '../support/world.ts'

/** A backed-up account whose API has become slow, and a target that is as slow. */
async function slowWorld(): Promise<World> {
  const there = await world({
    stories: [generateConversations({ count: 40, entries: 2, bytesPerEntry: 600, seed: 1 })],
  })
  await there.backup()
  for (const operation of ['getHistory', 'startStream'] as const)
    there.sandbox.faults.add({ operation, then: { kind: 'latency', ms: 150 } })
  const target = { MISTRAL_TARGET_API_KEY: 'other', MISTRAL_TARGET_BASE_URL: there.sandbox.url }
  return { ...there, env: { ...there.env, ...target } }
}

async function untilAsked({ sandbox }: World, operation: string, times: number): Promise<void> {
  const before = sandbox.requests.length
  const isAsked = (request: { readonly operation?: string | undefined }) => request.operation === operation
  while (sandbox.requests.slice(before).filter(isAsked).length < times) await delay(10)
}

/** Every command that runs long on an account, what it asks for meanwhile, and what it says when it was stopped. */
const longCommands: readonly [command: string, operation: string, summary: RegExp][] = [
  ['backup --full', 'getHistory', /Interrupted\. The next run continues/],
  ['verify --remote', 'getHistory', /Completeness not verified: interrupted/],
  ['replay run --yes --settle 0', 'startStream', /Interrupted\. Run it again to continue/],
]

describeConcurrent('A command that is told to stop', () => {
  // Only read.
  let archive = ''
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'hansard-stopped-'))
    archive = join(folder, 'archive.db')
    makeBigArchive(archive, {
      conversations: 2000,
      entries: 4,
      bytesPerEntry: 600,
      months: 12,
      largeEntries: 0,
    })
    return () => rmSync(folder, { recursive: true })
  })

  describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', (signal) => {
    it.each(longCommands)(
      'stops `hansard %s` cleanly, with a summary and exit code 130',
      async (command, operation, summary) => {
        const there = await slowWorld()
        const { child, ended } = startHansard(command.split(' '), there.env)
        await untilAsked(there, operation, 6)
        child.kill(signal)
        const { exit, stdout } = await ended
        expect({ exit, stdout }).toEqual({ exit: 130, stdout: expect.stringMatching(summary) as string })
        expect((await there.run('verify')).exitCode).toBe(0)
      },
    )

    it('stops the demo', async () => {
      const folder = join(testFolder(), 'demo')
      const { child, ended } = startHansard(['demo', '--folder', folder])
      let printed = ''
      child.stdout?.on('data', (chunk: Buffer) => {
        if (!/\$ .* backup/.test(printed) && /\$ .* backup/.test(String(chunk)))
          setTimeout(() => child.kill(signal), 300)
        printed += String(chunk)
      })
      expect(await ended).toMatchObject({ exit: 130 })
      expect(printed).not.toContain('replay verify')
    })

    it('stops a command at once that waits for the reader of its output', async () => {
      const { child, ended } = startHansard(['list', '--json', '--archive', archive])
      child.stdout?.once('data', () => {
        child.stdout?.pause()
        setTimeout(() => child.kill(signal), 200)
        void ended.finally(() => child.stdout?.resume())
        child.once('exit', () => child.stdout?.resume())
      })
      expect(await ended).toMatchObject({ exit: 130, stderr: '' })
    })
  })

  it('A backup that is told again and again that its terminal is gone keeps its exit code until the end', async () => {
    const there = await slowWorld()
    const { child, ended } = startHansard(['backup', '--full'], there.env)
    await untilAsked(there, 'getHistory', 6)
    const again = setInterval(() => child.kill('SIGHUP'), 1)
    void ended.finally(() => clearInterval(again))
    expect((await ended).exit).toBe(130)
  })

  itOnTerminal('A backup ends in order when its terminal is closed', async () => {
    const there = await slowWorld()
    const backup = startHansardOnTerminal(['backup', '--full', '--verbose'], { env: there.env })
    await untilAsked(there, 'getHistory', 6)
    backup.close()
    expect((await backup.ended).exit).toBe(130)
    expect(look(there.archive, ({ runs }) => runs.recent(1))).toMatchObject([{ outcome: 'interrupted' }])
  })

  itOnTerminal(
    'A backup in a session of its own goes on without its terminal, and keeps its exit code',
    async () => {
      const there = await slowWorld()
      const code = join(there.folder, 'exit-code')
      const script = `setsid bash -c '"$@"; echo "exit code $?" > ${code}' bash "$@" & wait`
      const command = [process.execPath, bin, 'backup', '--full', '--verbose']
      const terminal = startOnTerminal(['bash', '-c', script, 'bash', ...command], { env: there.env })
      await untilAsked(there, 'getHistory', 6)
      terminal.close()
      await terminal.ended
      const exit = () => existsSync(code) && readFileSync(code, 'utf8')
      await vi.waitFor(() => expect(exit()).toBe('exit code 0\n'), { timeout: 30_000 })
      expect(look(there.archive, ({ runs }) => runs.recent(1))).toMatchObject([
        { outcome: 'done', unchanged: 40 },
      ])
    },
  )

  itOnTerminal(
    'A second Ctrl-C ends a command at once that waits for a response which it must not lose',
    async () => {
      const there = await slowWorld()
      there.sandbox.faults.add({ operation: 'startStream', then: { kind: 'stall', at: 'body' } })
      const replay = startHansardOnTerminal(['replay', 'run', '--yes', '--settle', '0'], { env: there.env })
      await untilAsked(there, 'startStream', 1)
      replay.type('\u0003')
      await replay.untilSeen(/stopping; Ctrl-C again ends at once/)
      replay.type('\u0003')
      expect((await replay.ended).exit).toBe(130)
    },
  )
})
