import { execFileSync, spawnSync } from 'node:child_process'
import { it } from 'vitest'

/** Programs that read our exports. A test that needs a missing one is skipped. */
export type OutsideReader =
  'python3' | 'pandas' | 'pyarrow' | 'duckdb' | 'jsonschema' | 'sqlite3' | 'cmark-gfm'

/** A Python with pandas, pyarrow, duckdb and jsonschema; `.ci/run` installs one. */
const python = process.env['HANSARD_TEST_PYTHON'] ?? 'python3'

const script = (name: string) => new URL(`outside/${name}`, import.meta.url).pathname

const found = new Map<OutsideReader, boolean>()

function isThere(reader: OutsideReader): boolean {
  const known = found.get(reader)
  if (known !== undefined) return known
  const isThere = starts(reader)
  found.set(reader, isThere)
  return isThere
}

function starts(reader: OutsideReader): boolean {
  const [command, ...args] =
    reader === 'sqlite3' || reader === 'cmark-gfm'
      ? [reader, '--version']
      : [python, '-c', reader === 'python3' ? '' : `import ${reader}`]
  return spawnSync(command ?? '', args, { stdio: 'ignore' }).status === 0
}

/** Defines a test that reads an export with another program. */
export function itReadsWith(reader: OutsideReader, title: string, test: () => Promise<void>): void {
  it.skipIf(!isThere(reader))(`${title}, read by ${reader}`, test, 60_000)
}

/** Defines a test that reads an export with an npm library. */
export function itWithNode(reader: string, title: string, test: () => Promise<void>): void {
  it(`${title}, read by ${reader}`, test, 60_000)
}

/** Runs a Python script of `test/support/outside` and returns the JSON that it prints. */
export function runPython(name: string, ...args: readonly string[]): unknown {
  return JSON.parse(execFileSync(python, name === '-c' ? [name, ...args] : [script(name), ...args], OPTIONS))
}

/** Returns what the SQLite shell prints. */
export function runSqlite(...commands: readonly string[]): string {
  return execFileSync('sqlite3', [':memory:', ...commands], OPTIONS)
}

/** Renders a page with cmark-gfm, keeping HTML. */
export function cmarkGfm(page: string): string {
  const extensions = ['table', 'strikethrough', 'autolink', 'tasklist', 'footnotes'].flatMap((name) => [
    '-e',
    name,
  ])
  return execFileSync('cmark-gfm', ['--unsafe', ...extensions], { ...OPTIONS, input: page })
}

const OPTIONS = { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 } as const
