import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { readProfiles } from '../../../src/cli/config/profiles.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'

/** A key as the service makes them. */
const KEY = 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE'

function written(text: string): string {
  const path = join(testFolder(), 'hansard.toml')
  writeFileSync(path, text)
  return path
}

const anna = '[profiles.anna]\narchive = "anna.db"\napi_key_env = "ANNA_KEY"\n'

describe('A profile', () => {
  it('sets archive, key, URL and options; the defaults and the profile that it extends stand behind it', () => {
    const path = written(`
      [defaults]
      messages = "sample"
      api_key_env = "TEAM_KEY"
      max_file_size = "20mb"
      [limits.acme]
      requests_per_second = 20
      [profiles.base]
      archive = "base.db"
      limit = "acme"
      concurrency = 5
      [profiles.anna]
      extends = "base"
      archive = "archives/anna.db"
      api_key_file = "~/anna.key"
      base_url = "https://eu.example.org"
      messages = "none"
      files = false
    `)
    const [base, anna] = readProfiles(path, '/home/op')
    const limit = { name: 'acme', requestsPerSecond: 20 }
    const inherited = { maxRps: undefined, maxFileSize: 20 * 2 ** 20, concurrency: 5, pageSize: undefined }
    expect(base).toEqual({
      ...{ name: 'base', archive: join(path, '../base.db'), baseUrl: undefined, limit },
      key: { kind: 'variable', name: 'TEAM_KEY' },
      options: { ...inherited, messages: 'sample', files: undefined },
    })
    expect(anna).toEqual({
      ...{
        name: 'anna',
        archive: join(path, '../archives/anna.db'),
        baseUrl: 'https://eu.example.org',
        limit,
      },
      key: { kind: 'file', path: '/home/op/anna.key' },
      options: { ...inherited, messages: 'none', files: false },
    })
  })

  it('has paths relative to its file, wherever it is read from', () => {
    const folder = testFolder()
    mkdirSync(join(folder, 'etc'))
    writeFileSync(join(folder, 'etc/hansard.toml'), anna.replace('anna.db', '../data/anna.db'))
    expect(readProfiles(join(folder, 'etc/hansard.toml'), undefined)[0]?.archive).toBe(
      join(folder, 'data/anna.db'),
    )
  })
})

describe('A wrong configuration is refused with file, line and key:', () => {
  it.each([
    [
      'an unknown key',
      `${anna}concurency = 3\n`,
      /line 4: profiles\.anna\.concurency: there is no such key\nhint: Allowed here: archive, .*concurrency.*extends\.$/m,
    ],
    [
      'an unknown table',
      `${anna}[profile.bert]\n`,
      /line 4: profile: there is no such key\nhint: Allowed here: defaults, limits, profiles\.$/m,
    ],
    [
      'a value of the wrong kind',
      `${anna}concurrency = "many"\n`,
      /line 4: profiles\.anna\.concurrency: expected number, not string/,
    ],
    [
      'a value that is too large',
      `${anna}concurrency = 65\n`,
      /line 4: profiles\.anna\.concurrency: too big.*<=64/,
    ],
    [
      'a value that is none of the allowed ones',
      `${anna}messages = "some"\n`,
      /line 4: profiles\.anna\.messages: .*"all"\|"sample"\|"none"/,
    ],
    [
      'a size that is none',
      `${anna}max_file_size = "big"\n`,
      /line 4: profiles\.anna\.max_file_size: expected a size such as/,
    ],
    [
      'a missing archive',
      '[profiles.anna]\napi_key_env = "A"\n',
      /line 1: profiles\.anna\.archive: is missing/,
    ],
    ['an empty archive', anna.replace('anna.db', ''), /line 2: profiles\.anna\.archive: must not be empty/],
    [
      'a missing key',
      '[profiles.anna]\narchive = "a.db"\n',
      /line 1: profiles\.anna: there is no key\nhint: Add one of api_key_env, api_key_file, api_key_command\./,
    ],
    [
      'two keys',
      `${anna}api_key_file = "k"\n`,
      /line 4: profiles\.anna\.api_key_file: there is api_key_env as well/,
    ],
    [
      'the key itself',
      `${anna}api_key = "${KEY}"\n`,
      /line 4: profiles\.anna\.api_key: an API key must not stand in this file\nhint: .*Replace the key/,
    ],
    [
      'the key in the place of a name',
      anna.replace('ANNA_KEY', KEY),
      /line 3: profiles\.anna\.api_key_env: expected the name of an environment variable, not its value/,
    ],
    [
      'a profile that extends itself',
      `${anna}extends = "anna"\n`,
      /line 4: profiles\.anna\.extends: .* circle: anna → anna/,
    ],
    [
      'a circle of profiles',
      `${anna}extends = "b"\n[profiles.b]\nextends = "c"\n[profiles.c]\nextends = "anna"\n`,
      /line 8: profiles\.c\.extends: .* circle: anna → b → c → anna/,
    ],
    [
      'a profile that extends none',
      `${anna}extends = "carl"\n`,
      /line 4: profiles\.anna\.extends: there is no profile "carl"/,
    ],
    [
      'a limit that is none',
      `${anna}limit = "acme"\n`,
      /line 4: profiles\.anna\.limit: there is no table limits\.acme/,
    ],
    [
      'a limit beside a rate',
      `[limits.a]\nrequests_per_second = 2\n${anna}limit = "a"\nmax_rps = 3\n`,
      /line 6: profiles\.anna\.limit: there is max_rps as well/,
    ],
    [
      'an archive of two profiles',
      `${anna}[profiles.bert]\narchive = "./x/../anna.db"\napi_key_env = "B"\n`,
      /line 4: profiles\.bert: has the same archive as anna/,
    ],
    [
      'an account of two profiles',
      `${anna}[profiles.bert]\narchive = "b.db"\napi_key_env = "ANNA_KEY"\nbase_url = "https://api.mistral.ai"\n`,
      /line 4: profiles\.bert: has the same account as anna/,
    ],
    ['a file without profiles', '[defaults]\n', /line 1: profiles: is missing/],
    ['a table of profiles without any', '[profiles]\n', /line 1: there is no profile/],
    ['what is not TOML', `${anna}files = yes please\n`, /line 4: this is not TOML/],
    ['a key twice', `${anna}archive = "b.db"\n`, /this is not TOML\nhint: .*each key is written once/],
    [
      'an inline table',
      `profiles = { anna = { archive = 3 } }\n`,
      /line 1: profiles\.anna\.archive: expected string, not number/,
    ],
  ])('%s', async (_, text, expected) => {
    const config = written(text)
    const { exitCode, stdout, stderr } = await hansard(['backup', '--profile', 'anna', '--config', config])
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(expected) as string,
    })
    expect(stderr).toContain(`hansard: ${config}`)
    expect(stderr).not.toContain(KEY)
    expect(stderr.split('\n').length).toBeLessThanOrEqual(3)
  })

  it('commands that every user could replace', async () => {
    const config = written(anna.replace('api_key_env = "ANNA_KEY"', 'api_key_command = "pass anna"'))
    chmodSync(config, 0o646)
    const { exitCode, stderr } = await hansard(['backup', '--profile', 'anna', '--config', config])
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/contains commands, and every user can write to it\nhint: Run: chmod/),
    ])
  })

  it('a file that is not there, and none at all', async () => {
    const missing = await hansard(['backup', '--profile', 'anna', '--config', '/nowhere/hansard.toml'])
    expect(missing).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/Cannot read .*\/nowhere.*\nhint: /) as string,
    })
    const env = { HOME: testFolder() }
    const none = await hansard(['backup', '--profile', 'anna'], { env })
    expect(none).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/There is no configuration file\nhint: .*config\.toml/) as string,
    })
  })

  it('a profile that is not in it', async () => {
    const { exitCode, stderr } = await hansard(['status', '--profile', 'berta', '--config', written(anna)])
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/has no profile "berta"\nhint: It has: anna\.\n$/),
    ])
  })
})
