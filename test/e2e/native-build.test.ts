import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

import { testFolder } from '../support/folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** An installation with the modules of this one, except that SQLite was never built. */
function installedWithoutBuild(): string {
  const folder = testFolder()
  for (const name of ['bin', 'dist', 'package.json', 'fixtures/stories'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== 'better-sqlite3') symlinkSync(join(root, 'node_modules', name), join(modules, name))
  cpSync(join(root, 'node_modules/better-sqlite3/lib'), join(modules, 'better-sqlite3/lib'), {
    recursive: true,
  })
  cpSync(join(root, 'node_modules/better-sqlite3/package.json'), join(modules, 'better-sqlite3/package.json'))
  return folder
}

it('An installation whose SQLite was not built, or for another Node, says so and what helps', () => {
  const folder = installedWithoutBuild()
  const status = () =>
    spawnSync(process.execPath, ['bin/hansard.js', 'status', '--archive', 'a.db'], { cwd: folder, env: {} })
  writeFileSync(join(folder, 'a.db'), 'SQLite format 3\0')
  const expected =
    /^hansard: The SQLite module \(better-sqlite3\) is not built for this Node and this system\nhint: Install hansard again with install scripts allowed;.*\n$/
  const missing = status()
  expect([missing.status, missing.stderr.toString()]).toEqual([1, expect.stringMatching(expected)])
  const release = join(folder, 'node_modules/better-sqlite3/build/Release')
  mkdirSync(release, { recursive: true })
  writeFileSync(join(release, 'better_sqlite3.node'), 'for another system')
  const other = status()
  expect([other.status, other.stderr.toString()]).toEqual([1, expect.stringMatching(expected)])
  rmSync(folder, { recursive: true })
})
