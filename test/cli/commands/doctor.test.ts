import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { someTalks, talksOf } from '../../support/talks.ts'
import { world } from '../../support/world.ts'

interface Result {
  readonly problems: number
  readonly warnings: number
  readonly diagnoses: readonly {
    readonly about: string
    readonly state: string
    readonly what: string
    readonly hint: string | null
  }[]
}

const read = (stdout: string) => (expectSchema('doctor', stdout) as [Result])[0]
const states = ({ diagnoses }: Result) =>
  Object.fromEntries(diagnoses.map(({ about, state }) => [about, state]))

describe('hansard doctor', () => {
  it('finds nothing wrong after a complete backup, and changes nothing', async () => {
    const { run, sandbox } = await world({ stories: [talksOf(someTalks(3))] })
    await run('backup')
    const before = sandbox.requests.length
    const { exitCode, stdout, stderr } = await run('doctor', '--json')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(new Set(Object.values(states(read(stdout))))).toEqual(new Set(['ok']))
    expect(sandbox.requests.slice(before).every(({ operation }) => operation === 'list')).toBe(true)
    expect((await run('doctor', '--quiet')).stdout).toBe('')
  })

  it('says what is missing before the first backup', async () => {
    const { run } = await world()
    const { exitCode, stdout } = await run('doctor', '--json')
    expect(exitCode).toBe(0)
    expect(states(read(stdout))).toMatchObject({ archive: 'warning', key: 'warning', permissions: 'ok' })
    expect((await run('doctor')).stdout).toMatch(
      /^WARNING {2}archive: there is none at .*\n {9}hint: Create it with/m,
    )
  })

  it('names each thing that prevents a backup, with what to do', async () => {
    const { run, env, folder } = await world({ stories: [talksOf(someTalks(3))] })
    await run('backup')
    const cases: readonly [about: string, env: Record<string, string>, args: string[]][] = [
      ['key', { ...env, MISTRAL_API_KEY: 'nobody' }, []],
      [
        'key',
        { HANSARD_ARCHIVE: env['HANSARD_ARCHIVE'] ?? '', MISTRAL_BASE_URL: env['MISTRAL_BASE_URL'] ?? '' },
        [],
      ],
      ['connection', env, ['--base-url', 'http://127.0.0.1:9']],
      ['connection', env, ['--base-url', 'http://hansard.invalid']],
      ['permissions', env, ['--archive', join(folder, 'none/archive.db')]],
    ]
    for (const [about, surroundings, args] of cases) {
      const { exitCode, stdout } = await hansard(['doctor', '--json', ...args], { env: surroundings })
      const found = read(stdout).diagnoses.find((each) => each.about === about)
      expect([about, exitCode, found]).toMatchObject([
        about,
        1,
        { state: 'problem', hint: expect.any(String) as string },
      ])
      expect(stdout).not.toContain('nobody')
    }
    writeFileSync(join(folder, 'text.db'), 'Dear diary, '.repeat(1000))
    const text = read((await run('doctor', '--json', '--archive', join(folder, 'text.db'))).stdout)
    expect(states(text)).toMatchObject({ archive: 'problem' })
  })

  it('warns of a clock that is wrong, an archive that others can read, and a backup that is old', async () => {
    const { run, env, archive } = await world({ stories: [talksOf(someTalks(3))] })
    await run('backup')
    chmodSync(archive, 0o644)
    const now = () => new Date(Date.now() + 10 * 86_400_000)
    const { exitCode, stdout } = await hansard(['doctor', '--json'], { env, now })
    expect(exitCode).toBe(0)
    expect(states(read(stdout))).toMatchObject({
      clock: 'warning',
      permissions: 'warning',
      archive: 'warning',
    })
    expect(stdout).toMatch(/10 d 0 h ahead of the service/)
  })

  it('names a proxy without its password', async () => {
    const { env } = await world()
    const proxied = { ...env, HTTP_PROXY: 'http://me:pass@proxy.example:8080' }
    const { stdout } = await hansard(['doctor'], { env: proxied })
    expect(stdout).toContain('proxy.example:8080')
    expect(stdout).not.toContain('pass')
  })
})
