import { Command } from 'commander'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

import { exitCodes } from '../src/cli/exit-codes.ts'
import { selection } from '../src/cli/options/selection-options.ts'
import { program } from './support/program.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = read('README.md')
const house = read('src/README.md')

const everywhere = [...longOptions(program), '--help']
const ofAccounts = ['--api-key-file', '--base-url']
const ofSelections = longOptions(selection(new Command()))

describe('The README', () => {
  it('names the options that stand everywhere, and no others', () => {
    const [line = '', accounts = '', selections = ''] = section(readme, '## Commands')
      .split('\n')
      .filter(Boolean)
    expect(optionsIn(line).sort()).toEqual([...everywhere].sort())
    expect(optionsIn(accounts).sort()).toEqual(ofAccounts)
    expect(optionsIn(selections).sort()).toEqual([...ofSelections].sort())
  })

  it('names every command, and none that is not there', () => {
    const rows = [...section(readme, '## Commands').matchAll(/^- .*(?:\n .*)*/gm)].join('\n')
    const told = [...rows.matchAll(/`([\w ]+)`/g)].map(([, name]) => name)
    expect(told.sort()).toEqual(
      commandsOf(program)
        .map(([name]) => name)
        .sort(),
    )
  })

  it('speaks of no option that is not there', () => {
    const known = new Set([
      ...everywhere,
      ...commandsOf(program).flatMap(([, command]) => longOptions(command)),
    ])
    expect(optionsIn(readme).filter((option) => !known.has(option))).toEqual([])
  })

  it('begins with the two commands that a fresh clone is tried with', () => {
    expect(readme.slice(0, 200)).toMatch(/npm ci && npm run demo.*\n.*npm ci && npm test\n/)
  })

  it('says what each exit code means, as the help does', () => {
    for (const code of Object.values(exitCodes)) {
      expect(section(readme, '## Your own account')).toMatch(new RegExp(`(^\\| ${code} )|[( ]${code} `, 'm'))
    }
  })
})

describe('The page for engineers', () => {
  it('names every runtime dependency, and every development dependency', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >
    for (const name of Object.keys({ ...dependencies, ...devDependencies }))
      expect(house).toContain(`\`${name}\``)
  })

  it('names only files that are there', () => {
    const paths = [...house.matchAll(/`((?:src|test|fixtures|bin)\/[\w./-]+)`/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(20)
    for (const path of paths)
      expect({ path, exists: existsSync(join(root, path)) }).toEqual({ path, exists: true })
  })

  it.each(['README.md', 'src/README.md'])('%s links only to what is there', (page) => {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (!target.startsWith('http')) expect(existsSync(join(root, dirname(page), target))).toBe(true)
    }
  })
})

describe('The help', () => {
  it('of each command describes the command and all of its options', () => {
    for (const [, command] of commandsOf(program)) {
      expect(command.description()).not.toBe('')
      for (const { long, description } of command.options)
        expect({ long, description }).not.toMatchObject({ description: '' })
    }
  })
})

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Every command that does something, by its full name. */
function commandsOf(parent: Command, before = ''): [string, Command][] {
  return parent.commands.flatMap((command): [string, Command][] =>
    command.commands.length > 0
      ? commandsOf(command, `${before}${command.name()} `)
      : [[before + command.name(), command]],
  )
}

function section(text: string, heading: string): string {
  const start = text.indexOf(`\n${heading}\n`)
  const end = text.indexOf('\n## ', start + 1)
  return text.slice(start + heading.length + 2, end === -1 ? undefined : end)
}

function optionsIn(text: string): string[] {
  return [...text.matchAll(/--[a-z][\w-]*/g)].map(([option]) => option)
}

function longOptions(command: { options: readonly { long?: string | undefined }[] }): string[] {
  return command.options.flatMap(({ long }) => (long === undefined ? [] : [long]))
}
