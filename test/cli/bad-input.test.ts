import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, vi } from 'vitest'

import { testFolder } from '../support/folder.ts'
import { hansard } from '../support/hansard.ts'
import { world } from '../support/world.ts'

describe('A message, a hint and the documented exit code are given for', () => {
  const env = { MISTRAL_API_KEY: 'key', MISTRAL_BASE_URL: 'http://127.0.0.1:9' }

  it('a missing key', async () => {
    const { exitCode, stderr } = await hansard(['backup'])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^hansard: No API key\nhint: Set MISTRAL_API_KEY.*\n$/)
  })

  it('a missing key file', async () => {
    const { exitCode, stderr } = await hansard(['backup', '--api-key-file', '/nowhere/key'])
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/Cannot read the key file \/nowhere\/key: .*\nhint: /),
    ])
  })

  it('a key file that others can read, which is used all the same', async () => {
    const { sandbox, archive } = await world()
    const file = join(testFolder(), 'key')
    writeFileSync(file, 'source\n')
    chmodSync(file, 0o644)
    const { exitCode, stderr } = await hansard([
      'backup',
      '--adopt-account',
      '--api-key-file',
      file,
      '--base-url',
      sandbox.url,
      '--archive',
      archive,
    ])
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('chmod 600')])
    expect(stderr).not.toContain('source')
  })

  it('a key with other text around it, which is not printed', async () => {
    const { exitCode, stderr } = await hansard(['backup'], { env: { ...env, MISTRAL_API_KEY: 'my key\n' } })
    expect(exitCode).toBe(2)
    expect(stderr).not.toContain('my key')
  })

  it('an invalid base URL', async () => {
    const { exitCode, stderr } = await hansard(['backup', '--base-url', 'api.mistral.ai'], { env })
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/base URL[\s\S]*hint: /)])
  })

  it('a key that the API refuses, without creating an archive', async () => {
    const { sandbox, archive } = await world()
    const refused = { MISTRAL_API_KEY: 'nobody', MISTRAL_BASE_URL: sandbox.url, HANSARD_ARCHIVE: archive }
    const { exitCode, stderr } = await hansard(['backup'], { env: refused })
    expect(exitCode).toBe(5)
    expect(stderr).toMatch(/hint: /)
    expect(stderr).not.toContain('nobody')
    expect(existsSync(archive)).toBe(false)
  })

  it('an archive that is a text file', async () => {
    const { run, archive } = await world()
    writeFileSync(archive, 'Dear diary, '.repeat(1000))
    for (const command of [
      ['backup'],
      ['status'],
      ['list'],
      ['show', 'x'],
      ['export', 'jsonl', '--output', '-'],
    ]) {
      const { exitCode, stderr } = await run(...command)
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/not a hansard archive[\s\S]*hint: /)])
    }
    expect(existsSync(`${archive}.lock`)).toBe(false)
  })

  it('an archive that is a SQLite file of another program', async () => {
    const { run, archive } = await world()
    const db = new Database(archive)
    db.exec('create table other (x)')
    db.close()
    const { exitCode, stderr } = await run('backup')
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/not a hansard archive[\s\S]*hint: /)])
  })

  it.each([
    [999, /newer hansard[\s\S]*hint: /],
    [7, /development version of hansard[\s\S]*hint: /],
  ])('an archive of another hansard, which is not changed (format %i)', async (format, message) => {
    const { run, archive } = await world()
    await run('backup')
    const db = new Database(archive)
    db.pragma(`user_version = ${format}`)
    db.close()
    const before = readFileSync(archive)
    for (const command of ['backup', 'status']) {
      const { exitCode, stderr } = await run(command)
      expect([exitCode, stderr]).toEqual([8, expect.stringMatching(message)])
      expect(readFileSync(archive).equals(before)).toBe(true)
    }
  })

  it('a damaged archive', async () => {
    const { run, archive } = await world()
    await run('backup')
    const bytes = Buffer.alloc(8192, 7)
    const db = new Database(archive)
    db.exec('create table filler (x); drop table filler')
    db.close()
    const { openSync, writeSync, closeSync } = await import('node:fs')
    const file = openSync(archive, 'r+')
    writeSync(file, bytes, 0, bytes.length, 4096)
    closeSync(file)
    const { exitCode, stderr } = await run('status')
    expect([exitCode, stderr]).toEqual([8, expect.stringMatching(/damaged[\s\S]*hint: /)])
  })

  it('a range of time that contains no time', async () => {
    const { run } = await world()
    await run('backup')
    for (const command of ['list', 'stats', 'search river', 'export jsonl --output -']) {
      const { exitCode, stderr } = await run(
        ...command.split(' '),
        '--since',
        '2026-03-05',
        '--until',
        '2026-03-01',
      )
      expect([command, exitCode, stderr]).toEqual([
        command,
        2,
        'hansard: No time is both since 2026-03-05 00:00 UTC and before 2026-03-01 00:00 UTC\n' +
          'hint: Give --since an earlier time than --until.\n',
      ])
    }
  })

  it('a plan that is not there, before anybody is asked whether to run it', async () => {
    const { run, folder } = await world()
    const plan = join(folder, 'missing.json')
    const { exitCode, stderr } = await run('replay', 'run', plan)
    expect([exitCode, stderr]).toEqual([
      2,
      `hansard: There is no plan at ${plan}\nhint: Make one with \`hansard replay plan --out FILE\`.\n`,
    ])
  })

  it('a target URL that was forgotten, while the source has one', async () => {
    // No request of a test leaves the machine: nothing listens at this proxy.
    for (const name of ['HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, 'http://127.0.0.1:9')
    for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, '')
    const { run, folder } = await world({ stories: [] })
    await run('backup', '--adopt-account')
    const { exitCode, stderr } = await hansard(['replay', 'plan', '--archive', join(folder, 'archive.db')], {
      env: {
        ...{ MISTRAL_API_KEY: 'source', MISTRAL_TARGET_API_KEY: 'other' },
        MISTRAL_BASE_URL: 'http://127.0.0.1:9',
      },
    })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      'hint: The target is https://api.mistral.ai. For another API, set MISTRAL_TARGET_BASE_URL or use --to-base-url.',
    )
  })

  it('a missing archive', async () => {
    const { run } = await world()
    const { exitCode, stderr } = await run('status')
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/There is no archive at[\s\S]*hint: /)])
  })

  it('an archive in a missing folder, and a folder in place of an archive', async () => {
    const { run, folder } = await world()
    expect(await run('backup', '--archive', join(folder, 'no', 'a.db'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/hint: /) as string,
    })
    mkdirSync(join(folder, 'sub'))
    expect(await run('backup', '--archive', join(folder, 'sub'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/hint: /) as string,
    })
  })

  it('a pipe or a device in place of an archive, without advice to fill it', async () => {
    const { run, folder } = await world()
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, '/dev/null'])
      for (const command of ['backup', 'list', 'verify', 'status']) {
        const { exitCode, stderr } = await run(command, '--archive', path)
        expect([command, exitCode, stderr]).toEqual([command, 2, expect.stringContaining('is a pipe')])
        expect(stderr).not.toContain('Fill it')
      }
  })

  it('an unknown command, option or value', async () => {
    for (const args of [
      ['bakcup'],
      ['backup', '--ful'],
      ['backup', '--concurrency', 'many'],
      ['export', 'xls', '--output', '-'],
      ['--quiet'],
      ['show'],
    ]) {
      const { exitCode, stdout, stderr } = await hansard(args, { env })
      expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 2, stdout: '' })
      expect(stderr).toMatch(/^hansard: .*\n(hint: .*\n)?$/)
    }
    expect((await hansard(['bakcup'])).stderr).toContain('Did you mean backup?')
  })

  it('an unknown conversation', async () => {
    const { run } = await world()
    await run('backup')
    const { exitCode, stderr } = await run('show', 'conv_\u001b[31mred')
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/No conversation .* in the archive[\s\S]*hint: /),
    ])
    expect(stderr).not.toContain('\u001b')
  })

  it('an export over an existing file, unless --force replaces an earlier export', async () => {
    const { run, folder } = await world()
    await run('backup')
    const output = join(folder, 'out.jsonl')
    writeFileSync(output, 'mine')
    expect(await run('export', 'jsonl', '--output', output)).toMatchObject({ exitCode: 2 })
    // --force replaces an earlier export and nothing else.
    expect(await run('export', 'jsonl', '--output', output, '--force')).toMatchObject({ exitCode: 2 })
    expect(readFileSync(output, 'utf8')).toBe('mine')
    rmSync(output)
    expect(await run('export', 'jsonl', '--output', output)).toMatchObject({ exitCode: 0 })
    expect(await run('export', 'jsonl', '--output', output)).toMatchObject({ exitCode: 2 })
    expect(await run('export', 'jsonl', '--output', output, '--force')).toMatchObject({ exitCode: 0 })
    expect(await run('export', 'jsonl', '--output', join(folder, 'no', 'out'))).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/hint: /) as string,
    })
  })

  it('an error with --json, as an object on stdout', async () => {
    const { stdout, exitCode } = await hansard(['backup', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'usage',
        message: 'No API key',
        hint: expect.stringContaining('Set') as string,
      },
      exit: 2,
    })
    expect(exitCode).toBe(2)
  })
})
