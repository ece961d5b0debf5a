import { Command } from 'commander'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

import { exitCodes } from '../src/cli/exit-codes.ts'
import { run } from '../src/cli/main.ts'
import { selection } from '../src/cli/options/selection-options.ts'
import { testFolder } from './support/folder.ts'
import { testIo, testTerminal } from './support/test-io.ts'
import { program } from './support/program.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = read('README.md')
const house = read('src/README.md')
const pages = [
  'README.md',
  ...readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === 'README.md')
    .map((path) => join('src', path)),
]

const everywhere = [...longOptions(program), '--help']
const ofAccounts = ['--api-key-file', '--base-url']
const ofSelections = longOptions(selection(new Command(), testIo()))

describe('The README', () => {
  it('has at most 220 lines', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(220)
  })

  it('shows in its tour what the demo prints', { timeout: 60_000 }, async () => {
    const folder = join(testFolder(), 'hansard-demo')
    const terminal = testTerminal(120)
    const io = testIo({
      stdout: terminal,
      env: { NO_COLOR: '1' },
      now: () => new Date('2026-11-26T12:00:00Z'),
    })
    expect(await run(['demo', '--folder', folder], io)).toBe(0)
    const stdout = String(terminal.read())
    const printed = stdout.replaceAll(folder, 'hansard-demo').split('\n').map(mask)
    const [, tour = ''] = /```console\n([^]*?)\n```/.exec(section(readme, '## Tour')) ?? []
    expect(tour.split('\n').length).toBeGreaterThan(20)
    // A line that is only `…` stands for any lines; all others follow each other as they do here.
    let next = 0
    for (const part of tour.split(/^…\n/m)) {
      const patterns = part.trimEnd().split('\n').map(patternOf)
      const at = printed.findIndex(
        (_, index) => index >= next && patterns.every((each, i) => each.test(printed[index + i] ?? '')),
      )
      expect({ part, isPrinted: at !== -1 }).toEqual({ part, isPrinted: true })
      next = at + patterns.length
    }
  })

  it('names the options of every command, and no others', () => {
    const [line = '', accounts = '', selections = ''] = section(readme, '## Commands')
      .split('\n')
      .filter(Boolean)
    expect(optionsIn(line).sort()).toEqual([...everywhere].sort())
    expect(optionsIn(accounts).sort()).toEqual(ofAccounts)
    expect(optionsIn(selections).sort()).toEqual([...ofSelections].sort())
  })

  it('names every command, and no other', () => {
    const rows = [...section(readme, '## Commands').matchAll(/^- .*(?:\n .*)*/gm)].join('\n')
    const told = [...rows.matchAll(/`([\w ]+)`/g)].map(([, name]) => name)
    expect(told.sort()).toEqual(
      commandsOf(program)
        .map(([name]) => name)
        .sort(),
    )
  })

  it('mentions only options that exist', () => {
    const known = new Set([
      ...everywhere,
      ...commandsOf(program).flatMap(([, command]) => longOptions(command)),
    ])
    expect(optionsIn(readme).filter((option) => !known.has(option))).toEqual([])
  })

  it('begins with the two commands for a fresh clone', () => {
    expect(readme.slice(0, 200)).toMatch(/npm ci && npm run demo.*\n.*npm ci && npm test\n/)
  })

  it('explains every exit code', () => {
    for (const code of Object.values(exitCodes)) {
      expect(section(readme, '## Your own account')).toMatch(new RegExp(`(^\\| ${code} )|[( ]${code} `, 'm'))
    }
  })
})

describe('src/README.md', () => {
  it('has at most 1,300 words', () => {
    expect(house.split(/\s+/).length).toBeLessThanOrEqual(1300)
  })

  it('names every dependency', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >
    for (const name of Object.keys({ ...dependencies, ...devDependencies }))
      expect(house).toContain(`\`${name}\``)
  })
})

describe('The pages', () => {
  it('name more than 20 files', () => {
    expect(pages.flatMap(pathsIn).length).toBeGreaterThan(20)
  })

  it.each(pages)('%s names only files that exist', (page) => {
    for (const path of pathsIn(page))
      expect({ path, exists: existsSync(join(root, path)) }).toEqual({ path, exists: true })
  })

  it.each(pages)('%s has only links that lead somewhere', (page) => {
    for (const [, link = ''] of read(page).matchAll(/\]\(([^)]+)\)/g)) {
      if (link.startsWith('http')) continue
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      const isFound =
        existsSync(join(root, target)) && (anchor === undefined || anchorsIn(target).includes(anchor))
      expect({ link, isFound }).toEqual({ link, isFound: true })
    }
  })
})

describe('The help', () => {
  it('fits each command and option on one line of 100 columns', () => {
    const parents = program.commands.filter(({ commands }) => commands.length > 0)
    const all = [program, ...parents, ...commandsOf(program).map(([, command]) => command)]
    for (const command of all) {
      command.configureHelp({ ...program.configureHelp(), helpWidth: 100 })
      const wrapped = command
        .helpInformation()
        .split('\n')
        .filter((line) => /^ {10,}/.test(line))
      expect({ name: command.name(), wrapped }).toEqual({ name: command.name(), wrapped: [] })
    }
  })

  it('describes every command and every option', () => {
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

function pathsIn(page: string): string[] {
  return [...read(page).matchAll(/`((?:src|test|fixtures|bin)\/[\w./-]+)`/g)].map(([, path = '']) => path)
}

/** The anchors of the headings, as GitHub makes them. */
function anchorsIn(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
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

/** Replaces what differs between two runs of the demo: seconds, sizes, numbers of requests, and ids of copies. */
function mask(line: string): string {
  return line
    .replaceAll(/[\d.]+(?= (s|MB|requests)\b)/g, 'N')
    .replaceAll(/(?<=→ {2})conv_[0-9a-f]{32}/g, 'conv_ID')
}

/** Returns a pattern for a line of the tour, in which `…` stands for any text. */
function patternOf(line: string): RegExp {
  const escaped = mask(line).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll('…', '.*')}$`)
}

function optionsIn(text: string): string[] {
  return [...text.matchAll(/--[a-z][\w-]*/g)].map(([option]) => option)
}

function longOptions(command: { options: readonly { long?: string | undefined }[] }): string[] {
  return command.options.flatMap(({ long }) => (long === undefined ? [] : [long]))
}
