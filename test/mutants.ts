import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * `npm run mutants -- replay backup/mark-gone`: changes a floor, a folder or a file in many small ways, and reports the
 * changes that no test notices. Without a name it takes every part below.
 *
 * Each part of `src` is listed with the tests that run against its mutants. Only quick tests can run a thousand times.
 */
const parts: Readonly<Record<string, readonly string[]>> = {
  api: ['api/{body-budget,rate-limiter,response-body,response-error,retry-state,retry-timing,sse-parser}'],
  archive: ['archive/**/*', 'backup/**/*', 'cli/commands/verify'],
  backup: ['backup/**/*'],
  model: ['model/**/*', 'archive/conversations', 'archive/search'],
  // Without replay/stories, which takes 14 s each time: the tests in replay/rules find the same changes in milliseconds.
  'replay/plan': ['replay/{rules,validators,plan-file,plan-replay,preflight}', 'replay/rules/*'],
  'replay/run': ['replay/run', 'replay/run/*'],
  'replay/verify': ['replay/verify/*'],
  replay: [
    'replay/{preflight,identify-target,line-file,plan-file,replay-status,verify-copies}',
    'replay/verify/*',
  ],
}

const asked = process.argv.slice(2).map((path) => path.replace(/\.ts$/, ''))
const unknown = asked.filter((path) => !existsSync(`src/${path}`) && !existsSync(`src/${path}.ts`))
if (unknown.length > 0) throw new Error(`not found in src: ${unknown.join(', ')}`)

for (const [part, tests] of Object.entries(parts)) {
  const within = asked.length === 0 ? [part] : asked.flatMap((path) => overlap(part, path))
  const mutated = within.map((path) =>
    existsSync(`src/${path}.ts`) ? `src/${path}.ts` : `src/${path}/**/*.ts`,
  )
  if (mutated.length > 0) run([...mutated, ...innerParts(part).map((inner) => `!src/${inner}/**`)], tests)
}

/** What both names stand for: the inner one, unless it belongs to another part. */
function overlap(part: string, path: string): string[] {
  if (contains(path, part)) return [part]
  return contains(part, path) && !innerParts(part).some((inner) => contains(inner, path)) ? [path] : []
}

function innerParts(part: string): string[] {
  return Object.keys(parts).filter((other) => other !== part && contains(part, other))
}

function contains(folder: string, path: string): boolean {
  return `${path}/`.startsWith(`${folder}/`)
}

function run(mutated: readonly string[], tests: readonly string[]): void {
  // The schema is SQL in one string.
  const mutate = [...mutated, '!src/archive/schema/initial-schema.ts'].join(',')
  const { status } = spawnSync('npx', ['stryker', 'run', 'test/stryker.config.json', '--mutate', mutate], {
    stdio: 'inherit',
    env: { ...process.env, MUTANT_TESTS: tests.join(' ') },
  })
  if (status !== 0) process.exitCode = 1
}
