import { describe, expect, it } from 'vitest'

import { buildProgram } from '../../src/cli/program.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { expectSchema, readSchema, schemaNames } from '../support/json-schemas.ts'
import { replayWorld } from '../support/replay-world.ts'
import { testIo } from '../support/test-io.ts'
import { world } from '../support/world.ts'

/** Commands whose output is not ours: what the API sends, or help. */
const WITHOUT_SCHEMA = ['api', 'help']

/** Commands that print the same object, whatever the format or the shell. */
const SHARED = /^(export|completion)-(?!install)\w+$/

/** Options with which a command prints another object; errors of all commands. */
const OPTIONS_WITH_SCHEMA = ['backup-all', 'status-all', 'error', 'verify-remote']

/** Long-running commands are tried by tests of their own. */
const TRIED_ELSEWHERE = ['backup-all', 'status-all', 'demo', 'sandbox', 'serve', 'completion-install']

interface Schema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly [key: string]: unknown
}

/** Yields each schema inside a schema, with its path. */
function* parts(value: unknown, path: string): Generator<readonly [string, Schema]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [path, value as Schema]
  for (const [key, inner] of Object.entries(value)) yield* parts(inner, `${path}.${key}`)
}

describe('The schema of --json', () => {
  it.each(schemaNames)('%s describes every key, in snake_case, and allows no other', (name) => {
    const schema = readSchema(name) as Schema
    expect(Object.keys(schema)).toEqual(expect.arrayContaining(['$schema', 'title', 'description']))
    for (const [path, part] of parts(schema, name)) {
      if (part.properties === undefined) continue
      expect(part.additionalProperties ?? part['unevaluatedProperties'], path).toBe(false)
      for (const [key, property] of Object.entries(part.properties)) {
        expect(key).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
        expect(property, `${path}.${key}`).toHaveProperty('description')
      }
    }
  })

  it('exists for every command that prints JSON of its own', () => {
    const program = buildProgram(testIo({}), () => undefined)
    const names = program.commands.flatMap((command) =>
      command.commands.length === 0
        ? [command.name()]
        : command.commands.map((inner) => `${command.name()}-${inner.name()}`.replace(SHARED, '$1')),
    )
    const expected = [...names.filter((name) => !WITHOUT_SCHEMA.includes(name)), ...OPTIONS_WITH_SCHEMA]
    expect([...schemaNames].sort()).toEqual([...new Set(expected)].sort())
  })
})

describe('--json', () => {
  it('is what the schemas describe, for every command on an archive with every kind of problem', async () => {
    const here = await world({ stories: await loadStories(storiesDirectory) })
    const account = here.sandbox.account('source')
    const [gone = '', failing = '', grown = '', kept = ''] = account.ids
    const tried = new Set(TRIED_ELSEWHERE)
    const check = async (name: string, ...args: string[]): Promise<void> => {
      tried.add(name)
      const { stdout, stderr } = await here.run(...args, '--json')
      expect(stdout, `${args.join(' ')}: ${stderr}`).not.toBe('')
      expectSchema(name, stdout)
    }
    await check('error', 'status')
    await check('backup', 'backup', '--dry-run')
    await check('backup', 'backup')
    account.remove(gone)
    account.appendTo(grown, account.entries(kept)?.slice(0, 1) ?? [])
    account.appendTo(failing, account.entries(kept)?.slice(0, 1) ?? [])
    here.sandbox.faults.add({
      operation: 'getHistory',
      id: failing,
      then: { kind: 'answer', status: 200, body: '{}' },
    })
    await check('backup', 'backup', '--accept-gone')
    for (const name of ['status', 'runs', 'changes', 'list', 'stats', 'verify']) await check(name, name)
    await check('runs', 'runs', '2')
    await check('show', 'show', kept)
    await check('search', 'search', 'river')
    await check('verify-remote', 'verify', '--remote')
    await check('export', 'export', 'markdown', '--output', `${here.folder}/pages`)
    await check('completion', 'completion', 'zsh')
    await check('doctor', 'doctor')
    await check('snapshot', 'snapshot', `${here.folder}/copy.db`)
    await check('schedule-print', 'schedule', 'print', 'cron', '--api-key-file', 'key')
    await check('ack', 'ack', '--all')
    await check('prune', 'prune', '--older-than', '1d')
    await check('forget', 'forget', kept, '--yes')
    const replay = await replayWorld()
    const checkReplay = async (name: string, ...args: string[]): Promise<void> => {
      tried.add(`replay-${name}`)
      expectSchema(`replay-${name}`, (await replay.replay(name, '--json', ...args)).stdout)
    }
    await checkReplay('plan')
    await checkReplay('run', '--yes', '--fallback-model', 'mistral-small-latest')
    await checkReplay('status')
    await checkReplay('verify')
    await checkReplay('undo')
    expect([...tried].sort()).toEqual([...schemaNames].sort())
  })
})
