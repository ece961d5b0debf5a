import { join } from 'node:path'
import { expect, it } from 'vitest'

import { run as runIn } from '../../src/cli/main.ts'
import { jsonFor } from '../../src/cli/terminal/stdout.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { testIo, testTerminal } from '../support/test-io.ts'
import { world } from '../support/world.ts'

/** Control codes, and characters that change the direction of text. */
const CONTROL_CODES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
/** The control codes of the progress line. */
const PROGRESS = new RegExp(`${String.fromCharCode(27)}\\[(J|\\?7[lh])|\\r`, 'g')
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')

/** Runs a command line on a terminal and returns everything that it shows. */
async function onTerminal(args: readonly string[], env: Record<string, string>): Promise<string> {
  const [stdout, stderr] = [testTerminal(), testTerminal()]
  const shown: string[] = []
  for (const stream of [stdout, stderr]) stream.on('data', (chunk: Buffer) => shown.push(String(chunk)))
  await runIn(args, testIo({ stdout, stderr, env }))
  return shown.join('')
}

it('No content of an account reaches a terminal with control codes, as text or as JSON', async () => {
  const { sandbox, env, run } = await world({ stories: await loadStories(storiesDirectory) })
  const hostile =
    '{"type":"message.input","role":"user","content":"\u009b2J\u202e\u2066\u007f\u061c","id":"x"}'
  const name = '\u009b31m\u202ename'
  const id = sandbox.account('source').create({
    row: JSON.stringify({ id: 'conv_hostile', name, created_at: '2026-01-01T00:00:00Z', metadata: {} }),
    entries: [hostile],
  })
  await run('backup')
  for (const args of [
    ['list'],
    ['stats'],
    ['list', '--json'],
    ['show', id],
    ['show', id, '--json'],
    ['api', 'getHistory', id],
    ['export', 'jsonl', '--output', '-'],
    ['export', 'csv', '--table', 'entries', '--output', '-'],
  ]) {
    // A carriage return before a line feed, as in CSV, does no harm.
    const shown = (await onTerminal(args, env))
      .replaceAll(COLOUR, '')
      .replaceAll('\r\n', '\n')
      .replaceAll(PROGRESS, '')
    expect(shown.length).toBeGreaterThan(50)
    expect({ args, steers: CONTROL_CODES.test(shown) }).toEqual({ args, steers: false })
  }
  const [, json = ''] = /("entries":.*)\}/.exec(await onTerminal(['show', id, '--json'], env)) ?? []
  expect(JSON.parse(`{${json}}`)).toEqual({ entries: [JSON.parse(hostile)] })
  expect(jsonFor({}, hostile)).toBe(hostile)
})

it('No path or argument reaches a terminal with control codes', async () => {
  const { folder, ...here } = await world()
  const hostile = '\u009b31m\u202ename'
  const env = { ...here.env, HANSARD_ARCHIVE: join(folder, `${hostile}.db`) }
  for (const args of [
    ['backup', '--adopt-account'],
    ['status'],
    ['verify'],
    ['verify', '--repair'],
    ['verify', '--remote'],
    ['export', 'jsonl', '--output', join(folder, hostile)],
    ['export', 'jsonl', '--output', join(folder, hostile)],
    ['export', 'markdown', '--output', join(folder, `${hostile}.pages`)],
    ['list', '--archive', join(folder, `no${hostile}`)],
    ['show', hostile],
    ['search', hostile],
    [hostile],
    ['list', `--${hostile}`],
    ['list', '--since', hostile],
    ['api', hostile],
  ])
    for (const more of [[], ['--json']]) {
      const shown = (await onTerminal([...args, ...more], env))
        .replaceAll(COLOUR, '')
        .replaceAll(PROGRESS, '')
        .replaceAll('\r\n', '\n')
      expect({ args, shown, steers: CONTROL_CODES.test(shown) }).toEqual({ args, shown, steers: false })
    }
})

it('With --json no command writes a control code to a pipe', async () => {
  const { sandbox, archive, run } = await world({ stories: await loadStories(storiesDirectory) })
  const name = '\u009b31m\u202ename\u2028\u007f'
  sandbox.account('source').create({
    row: JSON.stringify({
      id: `conv_${name}`,
      name,
      created_at: '2026-01-01T00:00:00Z',
      metadata: { [name]: name },
    }),
    entries: [`{"type":"new ${name}","role":"user","content":"words ${name}","id":"x"}`],
  })
  const [failing = ''] = sandbox.account('source').ids
  const body = JSON.stringify({ message: name })
  sandbox.faults.add({ operation: 'getHistory', id: failing, then: { kind: 'answer', status: 422, body } })
  const commands = [
    ['backup'],
    ['list'],
    ['stats'],
    ['search', 'words'],
    ['status'],
    ['runs'],
    ['verify'],
    ['verify', '--remote'],
    ['replay', 'status'],
    ['ack', failing],
    ['list', '--archive', `none ${name}`],
    ['export', 'jsonl', '--output', `${archive} ${name}.jsonl`],
  ]
  for (const args of commands) {
    const { stdout } = await run(...args, '--json')
    expect(stdout.length, args.join(' ')).toBeGreaterThan(1)
    const steers = [...stdout].filter((character) => CONTROL_CODES.test(character) || character === '\u2028')
    expect({ args, steers }).toEqual({ args, steers: [] })
    for (const line of stdout.trimEnd().split('\n')) JSON.parse(line)
  }
  const listed = (await run('list', '--json')).stdout
    .split('\n')
    .flatMap((line) => (line ? [JSON.parse(line)] : []))
  expect(listed).toContainEqual(expect.objectContaining({ name }))
})

it('JSON for a terminal parses to the same value, whatever stands between its tokens', () => {
  const texts = ['{"a":\r"\u009b\u2028"\r\n,\t"b\u202e":[\r]}', '\r[]\r', '"\\r\u007f"']
  for (const text of texts) {
    const shown = jsonFor({ isTTY: true }, text)
    expect(JSON.parse(shown)).toEqual(JSON.parse(text))
    expect(shown).not.toMatch(/\r(?!\n)|[\u007f-\u009f\u202e\u2028]/)
  }
})

it('Color is used only on a terminal, and not with NO_COLOR', async () => {
  const { archive, run } = await world({ stories: await loadStories(storiesDirectory) })
  await run('backup')
  const show = ['show', 'conv_0684fd306df172f2800051d4f82d4a8b']
  expect(await onTerminal(show, { HANSARD_ARCHIVE: archive, NO_COLOR: '' })).toMatch(COLOUR)
  expect(await onTerminal(show, { HANSARD_ARCHIVE: archive, NO_COLOR: '1' })).not.toMatch(COLOUR)
  expect((await run(...show)).stdout).not.toMatch(COLOUR)
})

it('backup --quiet prints failures until they are acknowledged', async () => {
  const { sandbox, run } = await world({ stories: await loadStories(storiesDirectory) })
  const [id = ''] = sandbox.account('source').ids
  sandbox.faults.add({ operation: 'getHistory', id, then: { kind: 'answer', status: 422, body: '{}' } })
  const failed = await run('backup', '--quiet')
  expect(failed).toMatchObject({ exitCode: 3, stdout: '' })
  expect(failed.stderr).toMatch(
    new RegExp(`^Failed, by reason:\n  history/request-refused: 1 conversation\n    ${id}: The API refused`),
  )
  await run('ack', id)
  expect(await run('backup', '--quiet')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })

  sandbox.faults.add({ operation: 'list', then: { kind: 'rows', repeat: 0 } })
  const unproven = await run('backup', '--quiet')
  expect(unproven).toMatchObject({
    exitCode: 3,
    stdout: '',
    stderr: 'hansard: a page contains the same row twice\n',
  })
})

it('Every time that a command shows names UTC, whatever time zone the API used', async () => {
  const { sandbox, archive, run } = await world()
  const time = '2026-01-01T23:30:00-05:00'
  const id = sandbox.account('source').create({
    row: JSON.stringify({ id: 'conv_zone', created_at: time, updated_at: time, metadata: {} }),
    entries: [`{"type":"message.input","role":"user","content":"words","id":"x","created_at":"${time}"}`],
  })
  await run('backup')
  const env = { HANSARD_ARCHIVE: archive }
  for (const args of [['list'], ['show', id], ['runs'], ['status'], ['search', 'words']]) {
    for (const shown of [(await run(...args)).stdout, await onTerminal(args, env)]) {
      expect(shown).not.toMatch(/\d\d:\d\d(?!(:\d\d)?( UTC|\.\d+Z))|2026-01-01/)
    }
  }
  expect((await run('list')).stdout).toContain('conv_zone\t2026-01-02T04:30:00.000000Z\t')
  expect((await run('show', id)).stdout.match(/2026-01-02 04:30(:00)? UTC/g)).toHaveLength(3)
  expect((await run('search', 'words')).stdout).toContain('\t2026-01-02T04:30:00.000000Z\t')
})
