import { spawn } from 'node:child_process'

import { expect, it } from 'vitest'

import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { look } from '../support/archives.ts'
import { describeConcurrent } from '../support/describe-concurrent.ts'
import { bin, startHansard } from '../support/hansard-process.ts'
import { world, type World } from '../support/world.ts'

/** An account of which one conversation cannot be read: its backup ends with 3, which differs from every default. */
async function partialWorld(): Promise<World> {
  const there = await world({
    stories: [generateConversations({ count: 40, entries: 4, bytesPerEntry: 600, seed: 1 })],
  })
  const [id = ''] = there.sandbox.account('source').ids
  there.sandbox.faults.add({ operation: 'getHistory', id, then: { kind: 'answer', status: 422, body: '{}' } })
  return there
}

/** Runs a shell script in which `hansard` is the command, and returns the exit code of `hansard` and what was printed. */
async function inShell(script: string, { env, folder }: World) {
  const hansard = `hansard() { ${process.execPath} ${bin} "$@"; }`
  const shell = spawn('bash', ['-c', `${hansard}\n${script}\necho "exit code \${PIPESTATUS[0]}"`], {
    env: { PATH: process.env['PATH'], ...env },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  shell.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)))
  shell.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)))
  await new Promise((resolve) => shell.once('close', resolve))
  const [, exit = ''] = /exit code (\d+)\n$/.exec(stdout) ?? []
  return { exit: Number(exit), stdout: stdout.replace(/exit code \d+\n$/, ''), stderr }
}

describeConcurrent('A backup goes on and keeps its exit code', () => {
  it.each([
    ['its output is closed', 'hansard backup --verbose >&-'],
    ['its messages are closed', 'hansard backup --verbose 2>&-'],
    ['all of its streams are closed', 'hansard backup --verbose <&- >&- 2>&-'],
    ['nobody reads its messages', 'hansard backup --verbose 2>&1 >/dev/null | true'],
    ['nobody reads its output', 'hansard backup --json | true'],
    ['its log ends after a line', 'hansard backup --verbose 2>&1 | head -1'],
  ])('when %s', async (_, script) => {
    const there = await partialWorld()
    expect((await inShell(script, there)).exit).toBe(3)
    const [run] = look(there.archive, ({ runs }) => runs.recent(1))
    expect(run).toMatchObject({ outcome: 'partial', new: 39, failed: 1 })
  })
})

describeConcurrent('A closed stream', () => {
  it.each([
    'export jsonl --output out.jsonl --json | true',
    'export csv --table entries --output out.csv 2>&-',
  ])('An export to a file is whole, whoever reads its report: %s', async (command) => {
    const there = await partialWorld()
    await there.backup()
    expect((await inShell(`hansard ${command}`, there)).exit).toBe(0)
    const [, file = ''] = /--output (\S+)/.exec(command) ?? []
    const lines = (await inShell(`wc -l < ${file}`, there)).stdout
    expect(Number(lines)).toBeGreaterThan(38)
  })

  it('verify --remote keeps its exit code when nobody reads its output', async () => {
    const there = await partialWorld()
    await there.backup()
    expect((await inShell('hansard verify --remote | true', there)).exit).toBe(4)
  })

  it('ends every command quietly whose reader has seen enough', async () => {
    const there = await partialWorld()
    await there.backup()
    for (const command of [
      'list --json',
      'search de',
      'status',
      'runs',
      'export jsonl --output -',
      'export csv --table entries --output -',
      'list --help',
    ])
      for (const reader of ['head -1', 'true']) {
        const { stdout, stderr } = await inShell(`hansard ${command} --archive archive.db | ${reader}`, there)
        expect({ command, reader, lines: stdout.split('\n').length - 1, stderr }).toEqual({
          ...{ command, reader },
          lines: reader === 'true' ? 0 : 1,
          stderr: '',
        })
      }
  })

  it('A sandbox goes on when only its first line was read', async () => {
    const { child, ended } = startHansard(['sandbox', '--json'])
    const url = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (line: Buffer) =>
        resolve((JSON.parse(String(line)) as { url: string }).url),
      ),
    )
    child.stdout?.destroy()
    child.stderr?.destroy()
    const authorization = 'Bearer sandbox-source'
    expect((await fetch(`${url}/v1/conversations`, { headers: { authorization } })).status).toBe(200)
    child.kill('SIGHUP')
    expect((await ended).exit).toBe(0)
  })
})
