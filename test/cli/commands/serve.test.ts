import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { describe, expect, it, vi } from 'vitest'

import { serveCommand, type ServeCommandOptions } from '../../../src/cli/commands/serve.ts'
import { exitCodes } from '../../../src/cli/exit-codes.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { someTalks, talksOf } from '../../support/talks.ts'
import { testIo } from '../../support/test-io.ts'
import { world } from '../../support/world.ts'

/** Runs the command, looks at what it serves, and stops it. */
async function run(
  options: Omit<ServeCommandOptions, 'archive'>,
  look: (url: string) => Promise<void> = async () => undefined,
  env: Record<string, string> = {},
) {
  const { archive, backup } = await world({ stories: [talksOf(someTalks(2))] })
  await backup()
  const stop = new AbortController()
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const io = testIo({ stdout, stderr, env, signal: stop.signal })
  const running = serveCommand({ archive, ...options }, io)
  const printed = await new Promise<string>((told) => stdout.once('data', (data) => told(String(data))))
  await look(/http:\/\/[^\s"]+/.exec(printed)?.[0] ?? '')
  stop.abort()
  return { code: await running, printed, said: String(stderr.read() ?? '') }
}

describe('hansard serve', () => {
  it('prints an address that shows the archive, until it is interrupted', async () => {
    let address = ''
    const { code, printed, said } = await run({}, async (url) => {
      address = url
      const response = await fetch(url, { redirect: 'manual' })
      const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
      expect(await (await fetch(new URL('/', url), { headers: { cookie } })).text()).toContain('talk 1')
    })
    expect(code).toBe(exitCodes.done)
    expect(printed).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}\n$/)
    expect(said).toContain('Whoever has this address can read the archive')
    await expect(fetch(address)).rejects.toThrow()
  })

  it('prints the address as a JSON object', async () => {
    const { printed, said } = await run({ json: true, quiet: true })
    expect(expectSchema('serve', printed)[0]).toEqual({
      command: 'serve',
      url: expect.stringContaining('?token='),
    })
    expect(said).toBe('')
  })

  it('opens the browser by way of a file that only the user can read, and removes it', async () => {
    const folder = testFolder()
    const told = join(folder, 'told')
    // A browser that keeps what it was told to open.
    for (const name of ['xdg-open', 'open']) {
      writeFileSync(
        join(folder, name),
        `#!/bin/sh\nprintf '%s' "$1" > '${told}.new'; stat -c %a "$1" >> '${told}.mode'\ncat "$1" > '${told}'\n`,
      )
      chmodSync(join(folder, name), 0o755)
    }
    let opened = ''
    const path = `${folder}:${process.env['PATH'] ?? ''}`
    const { printed } = await run(
      { open: true },
      async () => {
        await vi.waitFor(() => expect(readFileSync(told, 'utf8')).toContain('http-equiv="refresh"'), 10_000)
        opened = readFileSync(`${told}.new`, 'utf8')
        expect(opened).not.toContain('token')
        expect(readFileSync(`${told}.mode`, 'utf8')).toBe('600\n')
      },
      { PATH: path },
    )
    expect(readFileSync(told, 'utf8')).toContain(`url=${printed.trim()}`)
    expect(existsSync(opened)).toBe(false)
  })

  it('goes on without a browser, and says so', async () => {
    let seen = ''
    const { code, said } = await run({ open: true }, () => new Promise((done) => setTimeout(done, 300)), {
      PATH: '/nowhere',
    })
    seen = said
    expect(code).toBe(exitCodes.done)
    expect(seen).toContain('open the address yourself')
  })

  it('refuses a port in use with a hint', async () => {
    const { archive, backup } = await world()
    await backup('--adopt-account')
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => other.once('listening', done))
    const { port } = other.address() as AddressInfo
    const { exitCode, stderr } = await hansard(['serve', '--port', String(port), '--archive', archive])
    other.close()
    expect(exitCode).toBe(exitCodes.failed)
    expect(stderr).toContain('EADDRINUSE')
    expect(stderr).toContain('Choose another --port')
  })

  it.each([
    ['a port that is none', ['--port', '70000'], '--port'],
    ['an archive that is not there', ['--archive', '/nowhere/a.db'], 'There is no archive at /nowhere/a.db'],
    ['an argument', ['conv_1'], 'Too many arguments'],
  ])('refuses %s', async (_, args, sentence) => {
    const { exitCode, stdout, stderr } = await hansard(['serve', ...args])
    expect(exitCode).toBe(exitCodes.usage)
    expect(stderr).toContain(sentence)
    expect(stdout).toBe('')
  })
})
