import type { Command } from 'commander'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import { testFolder } from '../support/folder.ts'
import { hansard } from '../support/hansard.ts'
import { program } from '../support/program.ts'
import { world } from '../support/world.ts'

function* commandsIn(command: Command, path: readonly string[] = []): Generator<[string, Command]> {
  yield [path.join(' '), command]
  for (const each of command.commands) yield* commandsIn(each, [...path, each.name()])
}

const commands = new Map(commandsIn(program))
const optionsOf = (command: Command): string[] =>
  command.options.flatMap(({ long }) => (long == null ? [] : [long]))

describe('Advice in a message', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url))
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

  it('names commands that exist and have the options', () => {
    const named = files.flatMap((file) =>
      [...readFileSync(join(src, file), 'utf8').matchAll(/`hansard ([^`$]*)`/g)].map(([, line = '']) => ({
        file,
        line: line.replace(/\\$/, ''),
      })),
    )
    expect(named.length).toBeGreaterThan(20)
    for (const { file, line } of named) {
      const words = line.split(/\s+/)
      const path = words.slice(0, words[0] === 'replay' && words.length > 1 ? 2 : 1).join(' ')
      const command = commands.get(path)
      expect(command, `${file}: hansard ${line}`).toBeDefined()
      const known = command === undefined ? [] : [...optionsOf(command), ...optionsOf(program), '--help']
      for (const option of words.filter((word) => word.startsWith('--')))
        expect(known, `${file}: hansard ${line}`).toContain(option)
    }
  })

  it('names options that exist', () => {
    const known = [...commands.values()].flatMap(optionsOf)
    for (const file of files) {
      const text = readFileSync(join(src, file), 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*|--).*$/gm, '')
      for (const [, option = ''] of text.matchAll(
        /(?:pass|with|give|Give|without|Without|leave|or|and|name another .*) (--[a-z][a-z-]+)/g,
      ))
        expect([...known, '--help', '--version'], `${file}: ${option}`).toContain(option)
    }
  })
})

describe('A hint', () => {
  it('names --from for the archive of a sandbox', async () => {
    const from = join(testFolder(), 'none.db')
    const { exitCode, stderr } = await hansard(['sandbox', '--from', from])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `hansard: There is no archive at ${from}\nhint: Create one with \`hansard backup\`, or use another file with --from.\n`,
    })
  })

  it('names no option where none can help: a body that is too large', async () => {
    const { sandbox, run } = await world()
    const id = sandbox.account('source').create({ entries: ['{"type":"message.input","content":"x"}'] })
    sandbox.faults.add({
      operation: 'getHistory',
      id,
      then: { kind: 'overlong', bytes: 300 * 2 ** 20, where: 'within' },
    })
    const { stderr } = await run('api', 'getHistory', id)
    expect(stderr).toMatch(
      /^hansard: The body is larger than 256 MiB \(getHistory\)\nhint: It was not read, because larger bodies are not kept in memory\.\n$/,
    )
  })
})
