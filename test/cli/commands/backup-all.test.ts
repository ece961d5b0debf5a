import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { run as runHere } from '../../../src/cli/main.ts'
import { lockArchive } from '../../../src/archive/sqlite/archive-lock.ts'
import type { Fault } from '../../../src/sandbox/faults/fault.ts'
import { startSandbox, type Sandbox } from '../../../src/sandbox/http/server.ts'
import { generateConversations } from '../../../src/sandbox/seed/generate-conversations.ts'
import { look } from '../../support/archives.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'

interface Team {
  readonly folder: string
  readonly sandbox: Sandbox
  readonly env: Readonly<Record<string, string>>
  run(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }>
  backup(...args: string[]): Promise<{ exitCode: number; json: AllResult; stderr: string }>
}

interface AllResult {
  readonly complete: number
  readonly incomplete: number
  readonly accounts: readonly {
    readonly profile: string
    readonly backup: { readonly outcome: string; readonly new: number; readonly unchanged: number } | null
    readonly error: { readonly code: string; readonly message: string } | null
  }[]
}

/** A service with so many accounts, and a configuration with a profile for each; `more` are lines of some profiles. */
async function team(
  size: number,
  {
    more = {},
    faults = [],
    head = '',
  }: { more?: Record<string, string>; faults?: Fault[]; head?: string } = {},
): Promise<Team> {
  const names = Array.from({ length: size }, (_, i) => `user${i}`)
  const accounts = names.map((key, seed) => ({
    key,
    stories: [generateConversations({ count: 3, entries: 2, bytesPerEntry: 300, seed: seed + 1 })],
  }))
  const sandbox = await startSandbox({ accounts, faults })
  onTestFinished(() => sandbox.close())
  const folder = testFolder()
  const config = join(folder, 'hansard.toml')
  const profiles = names.map((name) => {
    const key = more[name]?.includes('api_key_') ? '' : `api_key_env = "KEY_${name.toUpperCase()}"\n`
    return `[profiles.${name}]\narchive = "${name}.db"\n${key}${more[name] ?? ''}`
  })
  writeFileSync(config, `${head}[defaults]\nbase_url = "${sandbox.url}"\n${profiles.join('\n')}`)
  const keys = Object.fromEntries(names.map((name) => [`KEY_${name.toUpperCase()}`, name]))
  const env = { HANSARD_CONFIG: config, ...keys }
  const run = (...args: string[]) => hansard(args, { env })
  return {
    ...{ folder, sandbox, env, run },
    backup: async (...args) => {
      const { exitCode, stdout, stderr } = await run('backup', '--all', '--json', ...args)
      const [json] = expectSchema('backup-all', stdout) as [AllResult]
      return { exitCode, json, stderr }
    },
  }
}

const outcomes = ({ accounts }: AllResult) =>
  Object.fromEntries(
    accounts.map(({ profile, backup, error }) => [profile, backup?.outcome ?? error?.code ?? null]),
  )

describe('hansard backup --all', () => {
  it('backs up every account into its own archive, and finds nothing new the next time', async () => {
    const { backup, run, folder } = await team(6)
    const first = await backup()
    expect(first).toMatchObject({ exitCode: 0, stderr: '', json: { complete: 6, incomplete: 0 } })
    expect(first.json.accounts.map(({ backup: made }) => made?.new)).toEqual([3, 3, 3, 3, 3, 3])
    expect(look(join(folder, 'user4.db'), (archive) => archive.conversations.count())).toBe(3)
    const second = await backup()
    expect(second.json.accounts.map(({ backup: made }) => made?.unchanged)).toEqual([3, 3, 3, 3, 3, 3])
    expect(await run('verify', '--remote', '--profile', 'user3')).toMatchObject({ exitCode: 0 })
  })

  it('completes the others when accounts are refused, locked, hanging, without a folder, or dead', async () => {
    const more = {
      user1: 'api_key_command = "echo nobody"\n',
      user2: '',
      user3: 'api_key_command = "sleep 60"\napi_key_command_timeout = 0.5\n',
      user4: 'base_url = "http://127.0.0.1:9"\n',
      user5: 'api_key_command = "echo user0"\n',
    }
    const { backup, folder, run } = await team(9, { more })
    const lock = lockArchive(join(folder, 'user2.db'), 'a test')
    onTestFinished(() => lock.release())
    const { exitCode, json, stderr } = await backup()
    expect([exitCode, json.complete, json.incomplete]).toEqual([3, 4, 5])
    expect(outcomes(json)).toEqual({
      ...{ user0: 'done', user6: 'done', user7: 'done', user8: 'done' },
      ...{ user1: 'key-refused', user2: 'archive-locked', user3: 'usage', user4: 'network', user5: 'usage' },
    })
    expect(stderr).toBe('')

    lock.release()
    const { exitCode: exit, stdout, stderr: why } = await run('backup', '--all')
    expect(exit).toBe(3)
    expect(stdout.split('\n').filter((line) => /\tdone\t/.test(line))).toHaveLength(5)
    for (const sentence of [
      'user1: ',
      'gave no key within 0.5 s',
      'Cannot connect to',
      'This is the key of user0, too',
    ])
      expect(why).toContain(sentence)
    expect(why).toContain('hint: ')
    expect((await run('backup', '--all', '--quiet')).stdout).toBe('')
  }, 120_000)

  it('begins with the account that has had no complete backup for the longest time', async () => {
    const { backup, run, sandbox } = await team(7)
    for (const name of ['user5', 'user2', 'user0', 'user6']) await run('backup', '--profile', name)
    const before = sandbox.requests.length
    expect((await backup()).exitCode).toBe(0)
    const order = [...new Set(sandbox.requests.slice(before).map(({ account }) => account))]
    expect(new Set(order.slice(0, 3))).toEqual(new Set(['user1', 'user3', 'user4']))
    expect(order.at(-1)).toBe('user6')
  })

  it('keeps all accounts together below their limit', async () => {
    const head = '[limits.acme]\nrequests_per_second = 40\n'
    const more = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`user${i}`, 'limit = "acme"\n']))
    const faults: Fault[] = [{ then: { kind: 'rps', limit: 40, burst: 4, shared: true } }]
    const { backup, sandbox } = await team(8, { head, more, faults })
    expect(await backup()).toMatchObject({ exitCode: 0, json: { complete: 8 } })
    const refused = sandbox.requests.filter(({ status }) => status === 429).length
    expect(refused / sandbox.requests.length).toBeLessThanOrEqual(0.05)
  })

  it('stops all of them in good order, and the next run continues', async () => {
    const { env, backup, sandbox } = await team(6)
    sandbox.faults.add({ operation: 'getHistory', then: { kind: 'latency', ms: 2000 } })
    const stop = new AbortController()
    const isAsked = () => sandbox.requests.some(({ operation }) => operation === 'getHistory')
    const watch = setInterval(() => isAsked() && stop.abort(), 10)
    onTestFinished(() => clearInterval(watch))
    const { exitCode, stdout } = await hansard(['backup', '--all', '--json'], { env, signal: stop.signal })
    expect(exitCode).toBe(130)
    const [stopped] = expectSchema('backup-all', stdout) as [AllResult]
    expect(new Set(Object.values(outcomes(stopped)))).toEqual(new Set(['interrupted', null]))
    sandbox.faults.clear()
    expect(await backup()).toMatchObject({ exitCode: 0, json: { complete: 6 } })
  })

  it.each([
    [['--profile', 'user0'], '--profile'],
    [['--archive', 'x.db'], '--archive'],
    [['--id', 'conv_1'], '--id'],
    [['--max-rps', '3'], '--max-rps'],
  ])('refuses %s, which names one account', async (args, flag) => {
    const { run } = await team(1)
    const { exitCode, stderr } = await run('backup', '--all', ...args)
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`--all cannot be combined with ${flag}`)])
  })

  it('fits on a terminal', async () => {
    const { env } = await team(3, { more: { user1: 'api_key_command = "false"\n' } })
    for (const columns of [50, 80, 140]) {
      const [stdout, stderr] = [testTerminal(columns), testTerminal(columns)]
      let screen = ''
      stdout.on('data', (chunk: Buffer) => (screen += String(chunk)))
      expect(await runHere(['backup', '--all'], testIo({ stdout, stderr, env }))).toBe(3)
      expect(screen).toMatch(/PROFILE +OUTCOME/)
      expect(screen).toContain('2 of 3 accounts complete')
    }
  })
})

describe('hansard status --all', () => {
  it('says of each account whether it has a complete backup, and how old it is', async () => {
    const { run, folder } = await team(4)
    for (const name of ['user1', 'user2']) await run('backup', '--profile', name)
    writeFileSync(join(folder, 'user3.db'), 'Dear diary, '.repeat(1000))
    const { exitCode, stdout } = await run('status', '--all', '--max-age', '36h', '--json')
    expect(exitCode).toBe(3)
    const [status] = expectSchema('status-all', stdout)
    const never = { covered: false, last_complete: null, age_seconds: null, bytes: null }
    expect(status).toMatchObject({
      covered: 2,
      uncovered: 2,
      accounts: [
        { profile: 'user0', ...never, error: null },
        { profile: 'user1', covered: true, holds: { conversations: 3 }, error: null },
        { profile: 'user2', covered: true, holds: { conversations: 3 }, error: null },
        { profile: 'user3', ...never, error: { code: 'not-an-archive' } },
      ],
    })
    const later = await hansard(['status', '--all', '--max-age', '36h', '--quiet'], {
      env: { HANSARD_CONFIG: join(folder, 'hansard.toml') },
      now: () => new Date(Date.now() + 3 * 86_400_000),
    })
    expect([later.exitCode, later.stdout.trimEnd().split('\n')]).toMatchObject([3, { length: 4 }])
  })

  it('ends with 0 when every account has one', async () => {
    const { run, backup } = await team(2)
    await backup()
    const { exitCode, stdout } = await run('status', '--all', '--max-age', '1h')
    expect([exitCode, stdout.trimEnd().split('\n')]).toMatchObject([0, { length: 2 }])
    expect(await run('status', '--all', '--quiet')).toMatchObject({ exitCode: 0, stdout: '' })
  })
})
