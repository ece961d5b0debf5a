import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { formats } from '../../src/export/formats.ts'
import { clientOf } from '../support/client-server.ts'
import { testFolder } from '../support/folder.ts'
import { hansard } from '../support/hansard.ts'
import { world } from '../support/world.ts'

describe('A wrong command line', () => {
  it.each([
    [['shwo'], "Unknown command 'shwo'", 'Did you mean show?'],
    [['backup', '--ful'], "Unknown option '--ful'", 'Did you mean --full?'],
    [['backup', '--zzz'], "Unknown option '--zzz'", 'See `hansard backup --help`.'],
    [['replay', 'verify', '--zzz'], "Unknown option '--zzz'", 'See `hansard replay verify --help`.'],
    [['show'], "Missing required argument 'id'", 'See `hansard show --help`.'],
    [['list', 'more'], "Too many arguments for 'list'", 'Expected 0 arguments but got 1.'],
    [
      ['list', '--limit', '0'],
      "Option '--limit <n>' argument '0' is invalid",
      'Expected a whole number of at least 1.',
    ],
    [
      ['backup', '--concurrency', '65'],
      "Option '--concurrency <n>' argument '65' is invalid",
      'Expected a whole number from 1 to 64.',
    ],
    [['runs', 'x'], "Argument 'n' is invalid: 'x'", 'Expected a whole number of at least 1.'],
    [
      ['backup', '--max-rps', '0'],
      "Option '--max-rps <n>' argument '0' is invalid",
      'Expected a number greater than zero, such as 5 or 0.5.',
    ],
    [
      ['export', 'xls', '--output', '-'],
      'Unknown format "xls"',
      `Formats: ${Object.keys(formats).join(', ')}.`,
    ],
    [['--quiet'], 'No command given', 'See `hansard --help`.'],
    [['replay'], 'No command given', 'See `hansard replay --help`.'],
    [['help', 'shwo'], "Unknown command 'shwo'", 'See `hansard help` for all commands.'],
    [['help', 'replay', 'pln'], "Unknown command 'pln'", 'Commands: plan, run, verify, status, undo.'],
    [['help', 'list', 'all'], "Unknown command 'all'", 'See `hansard help` for all commands.'],
    [['completion', 'install', 'nu'], 'No completions for the shell "nu"', 'Shells: bash, zsh, fish.'],
  ])('%j exits with 2, a message and a hint', async (args, message, hint) => {
    const { exitCode, stderr } = await hansard(args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: `hansard: ${message}\nhint: ${hint}\n` })
  })

  it.each([
    ['status', '--archive', ''],
    ['backup', '--api-key-file', ''],
    ['export', 'jsonl', '--output', ''],
  ])('%s %s with an empty value, as from an unset variable, is refused', async (...args) => {
    expect(await hansard(args)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Expected a file name') as string,
    })
  })

  it('treats empty environment variables as unset', async () => {
    const { exitCode, stderr } = await hansard(['backup'], {
      env: { MISTRAL_API_KEY: '', MISTRAL_BASE_URL: '', HANSARD_ARCHIVE: '' },
    })
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('No API key')])
  })
})

describe('A path', () => {
  it('to the archive itself is refused as the output of an export, under any name', async () => {
    const { run, archive, folder } = await world()
    await run('backup')
    const link = join(folder, 'link.jsonl')
    symlinkSync(archive, link)
    for (const output of [archive, link]) {
      expect(await run('export', 'jsonl', '--output', output, '--force')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('is the archive itself') as string,
      })
    }
    expect((await run('status')).exitCode).toBe(0)
  })

  it('to a folder instead of a file is reported as a folder', async () => {
    const { run, folder } = await world()
    await run('backup')
    const sub = join(folder, 'sub')
    mkdirSync(sub)
    for (const args of [
      ['status', '--archive', sub],
      ['export', 'jsonl', '--output', sub],
    ]) {
      expect((await run(...args)).stderr).toContain('is a folder')
    }
  })

  it('to an empty file is not read as an archive, and the backup into it makes it readable by its owner only', async () => {
    const { run, archive } = await world()
    writeFileSync(archive, '', { mode: 0o644 })
    const { exitCode, stderr } = await run('status')
    expect([exitCode, stderr, statSync(archive).size]).toEqual([2, expect.stringContaining('is empty'), 0])
    expect((await run('backup', '--adopt-account')).exitCode).toBe(0)
    expect(statSync(archive).mode & 0o777).toBe(0o600)
  })

  it('to a demo folder that cannot be created fails with a hint', async () => {
    const folder = join(testFolder(), 'not', 'there')
    const { exitCode, stderr } = await hansard(['demo', '--folder', folder])
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/Cannot create the folder[\s\S]*hint: /)])
    expect(existsSync(folder)).toBe(false)
  })

  it('of a base URL may end with /v1, as other clients require', async () => {
    const { sandbox, run } = await world()
    expect((await run('backup', '--adopt-account', '--base-url', `${sandbox.url}/v1/`)).exitCode).toBe(0)
    expect(clientOf(`${sandbox.url}/proxy/v1`).baseUrl).toBe(`${sandbox.url}/proxy`)
  })

  it('of a base URL that is not the API fails with a hint to check it', async () => {
    const { sandbox, run } = await world()
    const { exitCode, stderr } = await run('backup', '--base-url', `${sandbox.url}/elsewhere`)
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Check the base URL')])
  })
})
