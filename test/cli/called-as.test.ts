import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'

import { calledAs, startWords } from '../../src/cli/called-as.ts'
import { asCalled } from '../../src/cli/terminal/as-called.ts'
import { testFolder } from '../support/folder.ts'
import { bin } from '../support/hansard-process.ts'

const root = join(bin, '..', '..')

describe('hansard calls itself', () => {
  const folder = '/home/me/hansard'
  it.each([
    ['hansard', { script: '/usr/local/bin/hansard', path: '/bin:/usr/local/bin' }],
    [
      'hansard',
      { script: '/home/me/app/node_modules/.bin/hansard', path: '/home/me/app/node_modules/.bin:/bin' },
    ],
    ['hansard', { script: '/srv/lib/node_modules/hansard/bin/hansard.js' }],
    ['hansard', { script: 'C:\\npm\\node_modules\\hansard\\bin\\hansard.js' }],
    ['hs', { script: '/home/me/bin/hs', path: '/home/me/bin' }],
    ['node bin/hansard.js', { script: '/home/me/hansard/bin/hansard.js' }],
    [
      '/opt/node/bin/node bin/hansard.js',
      { node: '/opt/node/bin/node', script: '/home/me/hansard/bin/hansard.js' },
    ],
    ['node ../bin/hansard.js', { script: '/home/me/bin/hansard.js' }],
    ['node /srv/bin/hansard.js', { script: '/srv/bin/hansard.js' }],
    ["node '/srv/my tools/hansard.js'", { script: '/srv/my tools/hansard.js' }],
    [String.raw`node '/srv/it'\''s/hansard.js'`, { script: "/srv/it's/hansard.js" }],
    ['./hansard', { script: '/home/me/hansard/hansard', path: '/bin' }],
    ['node_modules/.bin/hansard', { script: '/home/me/hansard/node_modules/.bin/hansard', path: '/bin' }],
    [
      'node /home/me/hansard/bin/hansard.js',
      { script: '/home/me/hansard/bin/hansard.js', folder: undefined },
    ],
  ])('%s', (name, call) => {
    expect(calledAs({ node: 'node', folder, ...call })).toBe(name)
  })

  it('in completion scripts by words that work in any folder', () => {
    const words = (script: string, path = '') =>
      startWords({ node: 'node', script, path, folder }, '/opt/node')
    expect(words('/bin/hansard', '/bin')).toEqual(['hansard'])
    expect(words('/clone/bin/hansard.js')).toEqual(['/opt/node', '/clone/bin/hansard.js'])
  })

  it('in commands of messages only', () => {
    const output = Object.assign(new PassThrough(), { calledAs: 'node $& hansard.js' })
    expect(asCalled('hansard: run `hansard status` or `hansard`; hansard.db', output)).toBe(
      'hansard: run `node $& hansard.js status` or `node $& hansard.js`; hansard.db',
    )
  })
})

describe('A hint', () => {
  const env = { PATH: process.env['PATH'] }
  const hint = /^hint: Create one with `(.*) backup`/m

  it('names the command of a clone, which runs when it is copied', () => {
    const { stderr } = spawnSync('node', ['bin/hansard.js', 'list'], { cwd: root, env, encoding: 'utf8' })
    const [, command = ''] = hint.exec(stderr) ?? []
    expect(command).toBe('node bin/hansard.js')
    expect(execFileSync('sh', ['-c', `${command} --version`], { cwd: root, env, encoding: 'utf8' })).toMatch(
      /^\d/,
    )
  })

  it('names the installed command, which is a link on the PATH', () => {
    const folder = testFolder()
    symlinkSync(bin, join(folder, 'hansard'))
    const { stderr } = spawnSync('hansard', ['list'], {
      cwd: folder,
      env: { PATH: `${folder}:${env.PATH ?? ''}` },
      encoding: 'utf8',
    })
    expect(hint.exec(stderr)?.[1]).toBe('hansard')
  })

  it('quotes a folder with a space', () => {
    const folder = join(testFolder(), 'my tools')
    mkdirSync(folder)
    symlinkSync(bin, join(folder, 'hansard.js'))
    const { stderr } = spawnSync('node', [join(folder, 'hansard.js'), 'list'], {
      cwd: '/',
      env,
      encoding: 'utf8',
    })
    const [, command = ''] = hint.exec(stderr) ?? []
    expect(command).toContain("'")
    expect(execFileSync('sh', ['-c', `${command} --version`], { cwd: '/', env, encoding: 'utf8' })).toMatch(
      /^\d/,
    )
  })
})
