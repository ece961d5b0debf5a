import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'

import { hansard } from '../../support/hansard.ts'
import { someTalks, talksOf } from '../../support/talks.ts'
import { world, type World } from '../../support/world.ts'

/** A configuration beside the archive of a world, and commands that use it. */
async function configured(textOf: (there: World) => string) {
  const there = await world({ stories: [talksOf(someTalks(3))] })
  const config = join(there.folder, 'hansard.toml')
  writeFileSync(config, textOf(there))
  const env = { HANSARD_CONFIG: config, SOURCE: 'source', OTHER: 'other' }
  const run = (...args: string[]) => hansard(args, { env })
  return { ...there, config, env, run }
}

const profile = (name: string, { sandbox }: World, ...more: string[]) =>
  [`[profiles.${name}]`, `archive = "${name}.db"`, `base_url = "${sandbox.url}"`, ...more, ''].join('\n')

const both = (there: World) =>
  profile('anna', there, 'api_key_env = "SOURCE"') + profile('bert', there, 'api_key_env = "OTHER"')

describe('--profile', () => {
  it('names account and archive for every command', async () => {
    const { run, folder } = await configured(both)
    expect(await run('backup', '--profile', 'anna')).toMatchObject({ exitCode: 0 })
    expect(existsSync(join(folder, 'anna.db'))).toBe(true)
    for (const command of [['status'], ['list'], ['verify'], ['verify', '--remote'], ['stats'], ['runs']])
      expect(await run(...command, '--profile', 'anna')).toMatchObject({ exitCode: 0 })
  })

  it('is weaker than the command line and stronger than the environment', async () => {
    const { run, folder, env } = await configured((there) =>
      profile('anna', there, 'api_key_env = "SOURCE"', 'messages = "none"'),
    )
    const given = {
      ...env,
      MISTRAL_API_KEY: 'nobody',
      HANSARD_ARCHIVE: join(folder, 'no.db'),
      MISTRAL_BASE_URL: 'http://127.0.0.1:9',
    }
    const first = await hansard(['backup', '--profile', 'anna', '--json'], { env: given })
    expect(first.exitCode).toBe(0)
    expect(JSON.parse(first.stdout)).toMatchObject({ compared: 0 })
    expect(existsSync(join(folder, 'no.db'))).toBe(false)
    const other = join(folder, 'other.db')
    const second = await run('backup', '--profile', 'anna', '--archive', other, '--messages', 'all', '--json')
    expect(JSON.parse(second.stdout)).toMatchObject({
      compared: expect.any(Number) as number,
      complete: true,
    })
    expect((JSON.parse(second.stdout) as { compared: number }).compared).toBeGreaterThan(0)
    expect(existsSync(other)).toBe(true)
  })

  it('limits a single account to what all of its limit may send', async () => {
    const { run, sandbox } = await configured(
      (there) =>
        `[limits.acme]\nrequests_per_second = 20\n${profile('anna', there, 'api_key_env = "SOURCE"', 'limit = "acme"')}`,
    )
    const began = performance.now()
    expect(await run('backup', '--profile', 'anna')).toMatchObject({ exitCode: 0 })
    const seconds = (performance.now() - began) / 1000
    expect(sandbox.requests.length / seconds).toBeLessThan(25)
  })

  it('names the target of a replay with --to', async () => {
    const { run, sandbox, env } = await configured(both)
    await run('backup', '--profile', 'anna')
    const same = await run('replay', 'run', '--profile', 'anna', '--to', 'anna', '--yes')
    expect(same).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('same API key as the source') as string,
    })
    const { exitCode } = await run(
      'replay',
      'run',
      '--profile',
      'anna',
      '--to',
      'bert',
      '--yes',
      '--settle',
      '0',
    )
    expect(exitCode).toBe(0)
    expect(sandbox.account('other').ids.length).toBe(sandbox.account('source').ids.length)
    expect(await run('replay', 'verify', '--profile', 'anna', '--to', 'bert')).toMatchObject({ exitCode: 0 })
    // A variable that happens to hold the target's key says nothing about a source that is a profile.
    const verify = ['replay', 'verify', '--profile', 'anna', '--to', 'bert']
    const other = await hansard(verify, { env: { ...env, MISTRAL_API_KEY: 'other' } })
    expect(other).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('says which folder is missing', async () => {
    const { run } = await configured((there) =>
      profile('anna', there, 'api_key_env = "SOURCE"').replace('anna.db', 'none/anna.db'),
    )
    const { exitCode, stderr } = await run('backup', '--profile', 'anna')
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/none.*\nhint: /)])
  })
})

describe('The key of a profile', () => {
  const keyed = (key: string) =>
    configured((there) => profile('anna', there, key.replace('FOLDER', there.folder)))

  it.each([
    ['a file beside the configuration', 'api_key_file = "keys/anna"'],
    ['a line for the shell', `api_key_command = "echo source | tr -d x"`],
    ['a program with arguments', `api_key_command = ["printf", "%s", "source"]`],
  ])('is read from %s', async (_, key) => {
    const { run, folder } = await keyed(key)
    mkdirSync(join(folder, 'keys'))
    writeFileSync(join(folder, 'keys/anna'), 'source\n', { mode: 0o600 })
    expect(await run('backup', '--profile', 'anna')).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it.each([
    ['a variable that is not set', 'api_key_env = "NOBODY"', /No API key: NOBODY is not set\nhint: /],
    [
      'a command that fails',
      `api_key_command = "echo secret-key; echo secret-key >&2; exit 3"`,
      /failed \(exit code 3\)\nhint: Run api_key_command by hand/,
    ],
    ['a command that prints nothing', `api_key_command = "true"`, /printed nothing\nhint: /],
    [
      'a program that is not there',
      `api_key_command = ["no-such-program", "secret-key"]`,
      /cannot be started\nhint: /,
    ],
  ])('%s is one clear sentence', async (_, key, expected) => {
    const { run } = await keyed(key)
    const { exitCode, stderr } = await run('backup', '--profile', 'anna')
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(expected)])
    expect(stderr).not.toContain('secret-key')
  })

  it('is not waited for longer than its time, and the command ends with all that it started', async () => {
    const { run, folder } = await keyed(
      `api_key_command = "(sleep 2; touch FOLDER/alive) & sleep 60"\napi_key_command_timeout = 0.3`,
    )
    const { exitCode, stderr } = await run('backup', '--profile', 'anna')
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining('gave no key within 0.3 s, and was ended'),
    ])
    await sleep(2500)
    expect(existsSync(join(folder, 'alive'))).toBe(false)
  })

  it('is not waited for when the command is stopped', async () => {
    const { env } = await keyed(`api_key_command = "sleep 60"`)
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 300)
    const { exitCode } = await hansard(['backup', '--profile', 'anna'], { env, signal: stop.signal })
    expect(exitCode).toBe(130)
  })
})
