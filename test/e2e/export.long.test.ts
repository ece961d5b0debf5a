import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { exportArchive, type ExportOptions } from '../../src/export/export-archive.ts'
import { seededRandom } from '../../src/sandbox/random.ts'
import { archiveOf } from '../support/archives.ts'
import { standing, wholeExport } from '../support/export-folder.ts'
import { testFolder } from '../support/folder.ts'
import { bin, startHansard, type Running } from '../support/hansard-process.ts'
import { seedOfRound, seedOfTests } from '../torture/seed.ts'

/** What is exported: one format of a single file, and two of a folder, with few and with many files. */
const kinds: readonly (readonly [format: string, ...options: string[]])[] = [
  ['jsonl'],
  ['chat', '--split', '0.5'],
  ['markdown'],
] as const

const conversations = (from: number, to: number, characters = 20_000) =>
  Array.from({ length: to - from }, (_, i) => ({
    row: { id: `conv_${from + i}`, name: `Gauge ${from + i}`, created_at: '2026-11-22T08:00:00Z' },
    entries: [
      { type: 'message.input', role: 'user', id: `msg_${from + i}`, content: `${from + i}?` },
      {
        type: 'message.output',
        role: 'assistant',
        id: `msg_${from + i}_a`,
        content: `${from + i}: ${'up and down '.repeat(characters / 12)}`,
      },
    ],
  }))

/** A folder with an archive of this many conversations, and commands that use it. */
function workshop(size: number, characters?: number) {
  const folder = testFolder()
  const archive = join(folder, 'archive.db')
  const opened = openArchive(archive, { mode: 'create' })
  archiveOf(conversations(0, size, characters), opened)
  opened.checkpoint()
  opened.close()
  const out = join(folder, 'out')
  const start = (kind: readonly string[], ...rest: readonly string[]): Running =>
    startHansard(['--archive', archive, 'export', ...kind, '--output', out, ...rest], {})
  /** The files next to the archive. */
  const beside = () => readdirSync(folder).filter((name) => !name.startsWith('archive.db'))
  return { folder, archive, out, start, beside, part: `${out}.part` }
}

async function until(isSo: () => boolean, { ended }: Running): Promise<void> {
  let isOver = false
  void ended.then(() => (isOver = true))
  while (!isSo() && !isOver) await sleep(1)
}

describe('An export that is killed', () => {
  const ROUNDS = 8

  it.each(kinds)(
    'at any moment leaves nothing half-written, and the next one clears up (%s)',
    async (...kind) => {
      const seed = seedOfTests()
      let hits = 0
      for (let round = 0; round < ROUNDS; round++) {
        const random = seededRandom(seedOfRound(seed, 2, round))
        const { out, start, beside, part } = workshop(120)
        const isReplacing = round % 2 === 1
        if (isReplacing) expect(await start(kind, '--limit', '7').ended).toMatchObject({ exit: 0 })
        const old = standing(out)

        const running = start(kind, '--force')
        if (random.below(4) > 0) await until(() => existsSync(part), running)
        await sleep(random.below(80))
        running.child.kill('SIGKILL')
        const isLate = (await running.ended).exit === 0
        if (!isLate) hits++

        const after = existsSync(join(part, 'old')) ? standing(join(part, 'old')) : standing(out)
        expect(await start(kind, '--force').ended).toMatchObject({ exit: 0 })
        const whole = wholeExport(out)
        expect([old, whole], `seed ${seed}, round ${round}`).toContainEqual(after)
        expect(beside().filter((name) => !name.endsWith('manifest.json'))).toEqual(['out'])
      }
      expect(hits).toBeGreaterThan(0)
    },
    120_000,
  )
})

describe('An export', () => {
  it.each(kinds)('that is stopped by Ctrl-C leaves nothing (%s)', async (...kind) => {
    const { start, beside, part } = workshop(400)
    const running = start(kind)
    await until(() => existsSync(join(part, 'files')), running)
    running.child.kill('SIGINT')
    const { exit, stderr } = await running.ended
    expect({ exit, stderr }).toMatchObject({
      exit: 130,
      stderr: expect.stringContaining('was interrupted') as string,
    })
    expect(beside()).toEqual([])
  })

  it('locks its output: a second one is refused, and the first continues', async () => {
    const { out, start, beside, part } = workshop(400)
    const first = start(['jsonl'])
    await until(() => existsSync(join(part, 'files')), first)
    first.child.kill('SIGSTOP')
    for (const kind of kinds) {
      const { exit, stderr } = await start(kind).ended
      expect(exit).toBe(6)
      expect(stderr).toMatch(/^hansard: Another export is writing to .+out\nhint: .+\n$/)
    }
    first.child.kill('SIGCONT')
    expect(await first.ended).toMatchObject({ exit: 0 })
    wholeExport(out)
    expect(beside()).toEqual(['out', 'out.manifest.json'])
  })

  it('shares its output with no other: of many, each is whole or refused, and leaves nothing behind', async () => {
    const { out, start, beside } = workshop(5)
    const ended = await Promise.all(Array.from({ length: 6 }, () => start(['jsonl'], '--force').ended))
    for (const { exit, stderr } of ended) {
      expect([0, 6]).toContain(exit)
      expect(stderr).toMatch(exit === 0 ? /^5 conversations/ : /^hansard: Another export is writing/)
    }
    expect(ended.map(({ exit }) => exit)).toContain(0)
    wholeExport(out)
    expect(beside()).toEqual(['out', 'out.manifest.json'])
  })

  it.each(kinds)('that reaches the file size limit says so and leaves nothing (%s)', async (...kind) => {
    const { archive, out, beside } = workshop(120, 60_000)
    const args = ['--archive', archive, 'export', ...kind, '--output', out]
    const { exit, stderr } = await startHansard(args, {}, { limits: 'ulimit -f 50' }).ended
    expect([exit, stderr.split('\n').slice(-3)]).toEqual([
      1,
      [
        'hansard: Cannot write the export: the file size limit was reached',
        expect.stringMatching(/^hint: /),
        '',
      ],
    ])
    expect(beside()).toEqual([])
  })

  it('contains the state of the archive at its beginning, although a backup writes to it', async () => {
    const { folder, archive } = workshop(50)
    const reader = openArchive(archive)
    const exportTo = async (name: string, options: Pick<ExportOptions, 'onProgress'> = {}) => {
      const { output, ...counts } = await exportArchive(reader, {
        ...options,
        format: 'jsonl',
        output: join(folder, name),
      })
      expect(output).toBe(join(folder, name))
      return counts
    }
    const before = await exportTo('before')
    let isWritten = false
    const during = await exportTo('during', {
      onProgress: () => {
        if (isWritten) return
        isWritten = true
        const writer = openArchive(archive, { mode: 'write' })
        archiveOf(conversations(20, 90, 120), writer)
        writer.conversations.markGone('conv_5', '2026-11-22')
        writer.checkpoint()
        writer.close()
      },
    })
    expect(during).toEqual(before)
    expect(wholeExport(join(folder, 'during'))['during']).toBe(wholeExport(join(folder, 'before'))['before'])
    const after = await exportTo('after')
    expect(after).toMatchObject({ conversations: 89 })
    reader.close()
  })
})

describe('stdout', () => {
  const bash = (line: string, archive: string) => {
    const command = `export() { '${process.execPath}' '${bin}' --archive '${archive}' export "$@" --output -; }; ${line}`
    const { stdout, stderr, status } = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
    return { stdout, stderr, status }
  }

  it.each(['jsonl', 'chat'])('that is closed early ends the export without an error (%s)', (format) => {
    const { archive } = workshop(300)
    const { stdout, stderr } = bash(
      `export ${format} --quiet | head -1 | wc -l; echo \${PIPESTATUS[0]}`,
      archive,
    )
    expect(stdout.trim().split('\n')).toEqual(['1', '0'])
    expect(stderr).toBe('')
  })

  it.each(['jsonl', 'jsonl --gzip', 'chat'])('on a full disk gives an error with a reason (%s)', (format) => {
    const { archive } = workshop(300)
    const { stderr, status } = bash(`export ${format} > /dev/full`, archive)
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^hansard: Cannot write to stdout: ENOSPC: no space left on device.*\nhint: .+\n$/,
      ),
    ])
  })

  it('gets the same bytes as a file, compressed or not', () => {
    const { archive, out, folder } = workshop(50)
    const [bytes, pressed] = [
      bash(`export jsonl --quiet | sha256sum`, archive),
      bash(`export jsonl --gzip --quiet | gunzip | sha256sum`, archive),
    ]
    expect(pressed.stdout).toBe(bytes.stdout)
    expect(
      spawnSync(process.execPath, [bin, '--archive', archive, 'export', 'jsonl', '--output', out]).status,
    ).toBe(0)
    expect(bytes.stdout.slice(0, 64)).toBe(wholeExport(out)['out'])
    expect(readdirSync(folder)).toContain('out.manifest.json')
  })
})
