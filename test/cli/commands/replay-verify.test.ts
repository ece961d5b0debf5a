import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { formatCertificate } from '../../../src/cli/terminal/certificate-lines.ts'
import { toCamelCase } from '../../../src/model/json/rename-keys.ts'
import type { Certificate } from '../../../src/replay/verify/certificate.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { replayWorld, type ReplayWorld } from '../../support/replay-world.ts'

const how = ['--fallback-model', 'mistral-large-latest', '--drop-tools', '--yes']

const entries = [
  { role: 'user', content: 'Why do rivers bend?' },
  { type: 'message.output', role: 'assistant', content: 'Because the outer bank gives way.' },
  { type: 'message.input', role: 'user', content: 'And deltas?' },
]

describe('replay verify', () => {
  it('certifies a copy of every story, and exits with 0', async () => {
    const { replay } = await replayWorld()
    expect((await replay('run', ...how)).exitCode).toBe(3) // one of them is blocked
    const { exitCode, stdout, stderr } = await replay('verify', '--json')
    const lines = expectSchema('replay-verify', stdout) as Record<string, unknown>[]
    const { different, not_compared, identical, equivalent } = lines.at(-1) as Record<string, number>
    expect({ exitCode, stderr, different, not_compared }).toEqual({
      exitCode: 0,
      stderr: '',
      different: 0,
      not_compared: 0,
    })
    expect(lines).toHaveLength(Number(identical) + Number(equivalent) + 1)
    for (const line of lines.slice(0, -1)) {
      const { verdict, hashes, targetId } = toCamelCase(line) as Certificate
      expect(targetId).toMatch(/^conv_/)
      expect(hashes.target).toBe(verdict === 'identical' ? hashes.source : hashes.expected)
    }
  })

  it('certifies a copy of every story in turns mode, and exits with 0', async () => {
    const { replay } = await replayWorld()
    await replay('run', ...how, '--mode', 'turns')
    const { exitCode, stdout } = await replay('verify', '--json')
    const lines = linesIn(stdout)
    expect({ exitCode, different: lines.filter(({ verdict }) => verdict === 'different') }).toEqual({
      exitCode: 0,
      different: [],
    })
    expect(lines.length).toBeGreaterThan(8)
  })

  it('names the entry at which a copy is different, and exits with 4', async () => {
    const world = await oneCopy()
    const texts = world.sandbox.account('other').entries(world.copy) ?? []
    const changed = texts.map((text) => text.replace('outer bank', 'inner bank'))
    world.sandbox.account('other').replaceEntries(world.copy, changed)
    const { exitCode, stdout } = await world.replay('verify', '--verbose')
    expect(exitCode).toBe(4)
    expect(stdout).toContain('different at entry 1')
    expect(stdout).toMatch(/entry 1 content: differs in content\n.*expected: .*outer.*\n.*found: .*inner/)
    const brief = (await world.replay('verify')).stdout
    expect(brief).toMatch(
      /^1 copy: 0 identical, 0 equivalent, 1 different, 0 not compared\.\ndifferent: content is not as expected: 1 copy\n {2}conv_1 → conv_\w+: entry 1 content: differs in content \(expected .*outer.*, found .*inner.*\)\nhint: /,
    )
  })

  it('reports a copy that was deleted from the target as gone, and exits with 4', async () => {
    const world = await oneCopy()
    world.sandbox.account('other').remove(world.copy)
    const { exitCode, stdout } = await world.replay('verify', '--quiet')
    expect(exitCode).toBe(4)
    expect(stdout).toMatch(/^gone/)
    const [certificate] = linesIn((await world.replay('verify', '--json')).stdout)
    expect(certificate).toMatchObject({ verdict: 'different', hashes: { target: null } })
  })

  it('compares with the revision that was replayed, although the source has grown since', async () => {
    const world = await oneCopy()
    const account = world.sandbox.account('source')
    account.appendTo(account.ids[0] ?? '', [JSON.stringify({ id: 'm9', role: 'user', content: 'More?' })])
    await world.backup()
    const { exitCode, stdout } = await world.replay('verify')
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
    expect(stdout).toContain('1 identical')
  })

  it('reports entries that were added to a copy, which are no difference', async () => {
    const world = await oneCopy()
    const more = JSON.stringify({ id: 'm9', type: 'message.input', role: 'user', content: 'More?' })
    world.sandbox.account('other').appendTo(world.copy, [more])
    const { exitCode, stdout } = await world.replay('verify')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('continued since they were made: 1 copy')
    expect((await world.replay('verify', '--verbose')).stdout).toContain(
      '1 entry added since the copy was made',
    )
  })

  it('writes nothing to the target', async () => {
    const world = await oneCopy()
    const before = world.sandbox.requests.length
    await world.replay('verify')
    const methods = world.sandbox.requests.slice(before).map(({ method }) => method)
    expect(new Set(methods)).toEqual(new Set(['GET']))
  })

  it('compares turns, and shows the responses side by side', async () => {
    const world = await oneCopy('--mode', 'turns')
    const { exitCode, stdout } = await world.replay('verify', '--verbose')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /entry 0: Why do rivers bend\?\n +source: Because the outer bank gives way\.\n +target: \S/,
    )
    const [certificate] = linesIn((await world.replay('verify', '--json')).stdout)
    expect(certificate).toMatchObject({
      mode: 'turns',
      answers: [{ position: 0 }, { position: 2, source: '' }],
    })
  })

  it('writes the certificates to a file that only its owner can read', async () => {
    const world = await oneCopy()
    const file = join(world.folder, 'certificates.jsonl')
    const { stdout } = await world.replay('verify', '--out', file)
    expect(stdout).toContain(`Certificates written to ${file}.`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(linesIn(readFileSync(file, 'utf8'))).toMatchObject([
      { kind: 'hansard replay certificate', version: 1, verdict: 'identical', target_id: world.copy },
    ])
    expect((await world.replay('verify', '--out', file)).exitCode).toBe(0) // an earlier one is replaced
  })

  it('replaces no file that does not hold certificates', async () => {
    const world = await oneCopy()
    const file = join(world.folder, 'mine.txt')
    writeFileSync(file, 'mine')
    const { exitCode, stderr } = await world.replay('verify', '--out', file)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('is not a certificate file')
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect(existsSync(`${file}.part`)).toBe(false)
  })

  it('compares only the selected copies', async () => {
    const world = await oneCopy()
    expect((await world.replay('verify', '--id', 'conv_other')).stdout).toContain('0 copies')
    expect((await world.replay('verify', '--label', 'second')).stdout).toContain('0 copies')
  })

  it('exits with 3 if a copy could not be read, after comparing the others', async () => {
    const world = await oneCopy()
    world.sandbox.faults.add({ operation: 'getHistory', then: { kind: 'answer', status: 400, body: '{}' } })
    const { exitCode, stdout } = await world.replay('verify')
    expect(exitCode).toBe(3)
    expect(stdout).toContain('not compared')
  })

  it('says so if nothing has been replayed yet', async () => {
    const { replay } = await replayWorld({ stories: [] })
    const { exitCode, stderr } = await replay('verify')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Nothing has been replayed yet')
  })
})

describe('A printed certificate', () => {
  it('fits a narrow terminal, and contains no control codes', () => {
    const nasty = '\u001b[31mred\r\n\u202ebackwards'
    const certificate = {
      ...{ verdict: 'different', losses: [], unseen: [], since: 0, answers: [] },
      differences: [
        { position: 3, path: nasty, kind: 'another', detail: nasty, expected: nasty, found: nasty },
      ],
      hashes: { source: 'a'.repeat(64), expected: 'b'.repeat(64), target: null },
    } as unknown as Certificate
    const verified = { id: nasty, name: nasty, targetId: nasty, result: { certificate } }
    const lines = formatCertificate(verified, { width: 40, everyLoss: true })
    expect(lines.every((line) => line.length <= 40)).toBe(true)
    expect(lines.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
  })

  it('shows the responses side by side where the width allows it', () => {
    const answers = [{ position: 2, asked: 'Why?', source: 'Because.\nOf this.', target: 'Therefore.' }]
    const certificate = {
      ...{ verdict: 'identical', losses: [], unseen: [], since: 0, differences: [], answers },
      hashes: { source: 'a', expected: 'a', target: 'a' },
    } as unknown as Certificate
    const verified = { id: 'a', name: null, targetId: 'b', result: { certificate } }
    expect(formatCertificate(verified, { width: 80, everyLoss: false })).toContainEqual(
      expect.stringMatching(/^ {4}Because\. Of this\. +│ Therefore\.$/),
    )
  })
})

/** A world with one replayed conversation that ends with a user entry. */
async function oneCopy(...options: string[]): Promise<ReplayWorld & { copy: string }> {
  const row = {
    id: 'conv_1',
    created_at: '2026-01-01T00:00:00Z',
    model: 'mistral-small-latest',
    name: 'Rivers',
  }
  const texts = entries.map((entry, i) => JSON.stringify({ id: `m${i}`, object: 'entry', ...entry }))
  const stories = [{ conversations: [{ row: JSON.stringify(row), entries: texts }], agents: [], files: [] }]
  const world = await replayWorld({ stories })
  expect((await world.replay('run', '--yes', ...options)).exitCode).toBe(0)
  return { ...world, copy: world.sandbox.account('other').ids[0] ?? '' }
}

function linesIn(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
