import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { beforeAll, describe, expect, it } from 'vitest'

import { testFolder } from './support/folder.ts'
import { someTalks, talksOf } from './support/talks.ts'
import { world } from './support/world.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

interface Package {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

/** What a user usually sets: `strict`, but not `exactOptionalPropertyTypes`. The declarations are checked, too. */
const compilerOptions = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  noUncheckedIndexedAccess: true,
  types: ['node'],
  rootDir: 'samples',
  outDir: 'out',
}

/** Makes a project that depends on the packed package and what that depends on, and compiles test/samples in it. */
async function compileSamples(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root })
  const { version, dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Package
  await run('tar', ['-xzf', `hansard-${version}.tgz`], { cwd: folder })
  await rename(join(folder, 'package'), join(modules, 'hansard'))
  for (const name of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(join(root, 'node_modules', name), join(modules, name))
  }
  await cp(join(root, 'test/samples'), join(folder, 'samples'), { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}')
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['samples'] }))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = await run(process.execPath, [compiler, '-p', folder]).catch(
    (failed: { readonly stdout: string }) => failed,
  )
  expect(stdout).toBe('')
}

describe('A program that depends on the packed package', () => {
  let project = ''

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'hansard-samples-'))
    await compileSamples(project)
    return () => rm(project, { recursive: true })
  }, 180_000)

  /** Runs a sample against a sandbox, in a folder, and returns the objects that it prints. */
  async function runSample(name: string, url: string, folder: string): Promise<Record<string, unknown>[]> {
    const { stdout, stderr } = await run(process.execPath, [join(project, 'out', `${name}.js`)], {
      cwd: folder,
      env: { MISTRAL_API_KEY: 'source', MISTRAL_TARGET_API_KEY: 'other', MISTRAL_BASE_URL: url },
    })
    expect(stderr).toBe('')
    const lines = stdout.split('\n').filter((line) => line !== '')
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  it('starts a conversation, streams, reads it by its types, and tells errors apart', async () => {
    const { sandbox } = await world()
    const [read, failed] = await runSample('client', sandbox.url, testFolder())
    const [id] = sandbox.account('source').ids
    expect(read).toMatchObject({
      newest: id,
      entries: expect.arrayContaining(['user: Why do rivers bend?', 'user: Go on.']) as string[],
    })
    expect(Number(read?.['bytes'])).toBeGreaterThan(100)
    expect(Number(read?.['events'])).toBeGreaterThan(0)
    expect(failed).toMatchObject({ code: 'not-found', status: 404, hint: expect.any(String) as string })
  })

  it('starts a sandbox of its own, with a fault', async () => {
    expect(await runSample('sandbox', '', testFolder())).toEqual([{ found: true, retries: 1 }])
  })

  it('backs up, reads, verifies, exports and replays an archive', async () => {
    const { sandbox, folder } = await world({ stories: [talksOf(someTalks(3))] })
    expect(await runSample('backup', sandbox.url, folder)).toEqual([
      { listed: 3, added: 3, failed: 0, complete: true },
    ])
    const conversations = await runSample('open-archive', sandbox.url, folder)
    expect(conversations.map(({ length, types }) => [length, (types as string[]).length])).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
    ])
    expect(await runSample('reader', sandbox.url, folder)).toEqual([{ status: 302, location: '/' }])
    const [verified, ...findings] = await runSample('verify-archive', sandbox.url, folder)
    expect(findings).toEqual([])
    expect(Number(verified?.['checks'])).toBeGreaterThan(5)
    expect(await runSample('export-archive', sandbox.url, folder)).toMatchObject([
      {
        lines: { conversations: 3, output: join(await realpath(folder), 'conversations.jsonl') },
        table: { conversations: 3 },
      },
    ])
    const lines = (await readFile(join(folder, 'conversations.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(await runSample('replay', sandbox.url, folder)).toEqual([
      { planned: 3, losses: ['tail-nudged'], done: 3, outcome: 'done', certified: 3, different: 0 },
    ])
    expect(sandbox.account('other').ids).toHaveLength(3)
  }, 60_000)
})
