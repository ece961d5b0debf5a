import type { Command } from 'commander'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { argumentOf, valueOf } from '../../../src/cli/completion/expected-value.ts'
import { endsInQuotes, shellWords } from '../../../src/cli/completion/shell-words.ts'
import { fileName } from '../../../src/cli/options/option-values.ts'
import { archiveOf } from '../../support/archives.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { program } from '../../support/program.ts'

/** What is suggested in fish after these words. The last one is at the cursor. */
async function suggested(...words: string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await hansard(['__complete', 'fish', ...words])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return stdout.replace(/\n$/, '').split('\n')
}

function* commandsIn(command: Command): Generator<Command> {
  yield command
  for (const each of command.commands) yield* commandsIn(each)
}

describe('Completion suggests', () => {
  it('every command, and the commands of each command, with their descriptions', async () => {
    for (const [words, { commands }] of [...commandsIn(program)].map(
      (each) => [pathOf(each), each] as const,
    )) {
      if (commands.length === 0) continue
      const lines = commands.map((each) => `${each.name()}\t${each.description()}`)
      expect(await suggested(...words, '')).toEqual(['words', ...lines])
      expect(await suggested('help', ...words, '')).toEqual(['words', ...lines])
    }
  })

  it('every option of every command, and the global ones', async () => {
    for (const command of commandsIn(program)) {
      const found = (await suggested(...pathOf(command), '--')).slice(1).map((line) => line.split('\t')[0])
      const known = [...command.options, ...program.options].map(({ long }) => long)
      expect([...new Set(found)].sort()).toEqual([...new Set([...known, '--help'])].sort())
    }
  })

  it('file names for every option and argument that takes one', () => {
    const places = [...commandsIn(program)].flatMap(({ options, registeredArguments }) => [
      ...options.map((option) => [option.flags, option.parseArg, valueOf(option)] as const),
      ...registeredArguments.map((each) => [each.name(), each.parseArg, argumentOf(each)] as const),
    ])
    const files = places.filter(([, parse]) => parse === fileName)
    expect(files.length).toBeGreaterThan(10)
    for (const [name, , expected] of files)
      expect({ name, expected }).toEqual({ name, expected: expect.stringMatching(/files|folders/) as string })
  })

  it('the profiles of the configuration, and the conversations of the one that is named', async () => {
    const folder = testFolder()
    const config = join(folder, 'hansard.toml')
    writeFileSync(config, '[profiles.anna]\narchive = "anna.db"\napi_key_env = "A"\n')
    const opened = openArchive(join(folder, 'anna.db'), { mode: 'create' })
    archiveOf([{ row: { id: 'conv_of_anna', name: 'Rivers', created_at: '2026-01-01T00:00:00Z' } }], opened)
    opened.close()
    const names = ['words', `anna\t${join(folder, 'anna.db')}`]
    expect(await suggested('--config', config, 'list', '--profile', 'an')).toEqual(names)
    expect(await suggested('replay', 'run', '--config', config, '--to', '')).toEqual(names)
    const shown = await suggested('--config', config, '--profile', 'anna', 'show', 'conv_')
    expect(shown).toEqual(['words', 'conv_of_anna\tRivers'])
  })

  it('the choices of an option, in each form', async () => {
    expect(await suggested('export', 'jsonl', '--per', '')).toEqual(['words', 'conversation\t', 'entry\t'])
    expect(await suggested('export', 'jsonl', '--per=c')).toEqual(['words', '--per=conversation\t'])
    expect(await suggested('export', 'csv', '--table', 'e')).toEqual(['words', 'entries\t'])
    expect(await suggested('completion', 'install', '')).toEqual(['words', 'bash\t', 'zsh\t', 'fish\t'])
  })

  it('an option once, unless it takes several values', async () => {
    const found = await suggested('backup', '--full', '--id', 'a', '--')
    expect(found.some((line) => line.startsWith('--full\t'))).toBe(false)
    expect(found.some((line) => line.startsWith('--id\t'))).toBe(true)
  })

  it('nothing after --, after a complete command, or for free text', async () => {
    expect(await suggested('status', '--', '')).toEqual(['words'])
    expect(await suggested('status', 'a')).toEqual(['words'])
    for (const option of ['--since', '--agent', '--model', '--match'])
      expect(await suggested('list', option, '')).toEqual(['words'])
    expect(await suggested('replay', 'plan', '--connector-auth', '')).toEqual(['words'])
  })

  it('options where an argument may be anything', async () => {
    expect((await suggested('search', '')).length).toBeGreaterThan(10)
  })

  it('ids of the archive that is named, newest first, at most 100', async () => {
    const archive = join(testFolder(), 'archive.db')
    const opened = openArchive(archive, { mode: 'create' })
    const created = (i: number) => new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString()
    archiveOf(
      Array.from({ length: 150 }, (_, i) => ({
        row: { id: `conv_${i}`, name: i === 149 ? 'The newest\tof\nall' : null, created_at: created(i) },
      })),
      opened,
    )
    opened.close()
    const newest = await suggested('show', 'conv_', '--archive', archive, '')
    expect(newest[0]).toBe('words')
    const ids = await suggested('--archive', archive, 'show', '')
    expect(ids.slice(0, 3)).toEqual(['words', 'conv_149\tThe newest of all', 'conv_148\t'])
    expect(ids).toHaveLength(101)
    expect(await suggested(`--archive=${archive}`, 'list', '--id', 'conv_1', 'conv_10')).toEqual([
      'words',
      ...[109, 108, 107, 106, 105, 104, 103, 102, 101, 100, 10].map((i) => `conv_${i}\t`),
    ])
  })

  it('nothing, and prints nothing, where there is no archive or it cannot be read', async () => {
    for (const archive of [join(testFolder(), 'none.db'), '/dev/null', testFolder()]) {
      const request = ['__complete', 'zsh', '--archive', archive, 'show', '']
      expect(await hansard(request)).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    }
  })

  it('nothing for a request that no script makes', async () => {
    for (const request of [[], ['csh'], ['bash'], ['bash', 'x'], ['zsh'], ['fish']])
      expect(await hansard(['__complete', ...request])).toMatchObject({ exitCode: 0, stderr: '' })
  })
})

describe('A line of bash', () => {
  it.each([
    ['hansard show', ['hansard', 'show']],
    ['hansard  show ', ['hansard', 'show', '']],
    [String.raw`hansard --archive my\ file.db`, ['hansard', '--archive', 'my file.db']],
    [`hansard 'a b'c "d \\"e\\" $(f)`, ['hansard', 'a bc', 'd "e" $(f)']],
    ["hansard ''", ['hansard', '']],
    ['', ['']],
    ['a\\', ['a']],
  ])('%j is split into words', (line, words) => {
    expect(shellWords(line)).toEqual(words)
  })

  it.each([
    ['a "b', true],
    ["a 'b c", true],
    ['a "', true],
    ['a "b"', false],
    ['a "b" ', false],
    ["a 'b'c", false],
    [String.raw`a "b\"`, true],
  ])('%j ends in quotes: %s', (line, isOpen) => {
    expect(endsInQuotes(line)).toBe(isOpen)
  })
})

function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()]
}
