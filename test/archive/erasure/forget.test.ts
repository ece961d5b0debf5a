import { hash } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { openArchive, type Archive } from '../../../src/archive/archive.ts'
import type { FetchedConversation } from '../../../src/archive/content/revisions.ts'
import { beginRun } from '../../support/archives.ts'
import { foundInFile } from '../../support/bytes-in-file.ts'
import { testFolder } from '../../support/folder.ts'
import { verified } from '../../support/verify.ts'

const AT = '2026-01-02T00:00:00.000Z'

/** A word that begins like no other, so that an index that shares beginnings stores almost all of it. */
const word = (name: string) => hash('sha256', name).slice(0, 20)

/** Texts of one conversation over time: numbers of entries, each a history; and the numbers of its agent and file. */
interface Shape {
  readonly histories: readonly (readonly number[])[]
  readonly messages: readonly number[] | null
  readonly agent: number
  readonly fails: boolean
}

const ENTRIES = 9
const shape: fc.Arbitrary<Shape> = fc.record({
  histories: fc.array(fc.array(fc.nat(ENTRIES), { maxLength: 6 }), { minLength: 1, maxLength: 3 }),
  messages: fc.option(fc.array(fc.nat(ENTRIES), { maxLength: 3 })),
  agent: fc.nat(3),
  fails: fc.boolean(),
})
const world = fc.record({
  shapes: fc.array(shape, { minLength: 1, maxLength: 6 }),
  chosen: fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }),
  isIndexed: fc.boolean(),
})

/** Every third entry refers to a file. */
const fileOf = (n: number) => (n % 3 === 0 ? `file-${word(`file ${n}`)}` : undefined)
const agentId = (n: number) => `ag_${word(`agent ${n}`)}`

function entry(n: number): string {
  const text = `{"type":"text","text":"${word(`entry ${n}`)} is said. ${'More. '.repeat(n * 40)}"}`
  const file = fileOf(n)
  const chunks =
    file === undefined ? text : `${text},{"type":"tool_file","tool":"code_interpreter","file_id":"${file}"}`
  return `{"type":"message.output","id":"${word(`id ${n}`)}","content":[${chunks}]}`
}

function fetched(i: number, shape: Shape, revision: number): FetchedConversation {
  const name = word(`name ${i} ${revision}`)
  const { histories, messages, agent } = shape
  return {
    id: idOf(i),
    row: `{"id":"${idOf(i)}","name":"${name}","agent_id":"${agentId(agent)}","updated_at":"2026-01-01T00:00:0${revision}Z"}`,
    history: { envelope: '{"entries":[]}', entries: (histories[revision] ?? []).map(entry) },
    messages: messages === null ? undefined : { envelope: '{"messages":[]}', entries: messages.map(entry) },
    fetchedAt: AT,
  }
}

const idOf = (i: number) => `conv_${word(`conversation ${i}`)}`

/** Every text of a conversation that no other may have, or that others may share. */
function textsOf(i: number, { histories, messages, agent, fails }: Shape): string[] {
  const entries = [...histories.flat(), ...(messages ?? [])]
  return [
    idOf(i),
    ...histories.map((_, revision) => word(`name ${i} ${revision}`)),
    ...entries.flatMap((n) => [word(`entry ${n}`), word(`id ${n}`)]),
    ...entries.flatMap((n) => fileOf(n) ?? []).flatMap((file) => [file, word(`bytes of ${file}`)]),
    ...[agentId(agent), word(`name of ${agentId(agent)}`)],
    ...(fails ? [word(`body ${i}`), word(`message ${i}`)] : []),
    word(`shape ${i}`),
  ]
}

function fill(archive: Archive, shapes: readonly Shape[], isIndexed: boolean): void {
  const run = beginRun(archive, AT)
  archive.transaction(() => {
    for (const [i, shape] of shapes.entries()) {
      for (const revision of shape.histories.keys()) {
        const one = fetched(i, shape, revision)
        archive.conversations.store(one, run, AT)
        const agent = { kind: 'agent', id: agentId(shape.agent), version: '' } as const
        archive.dependencies.store(agent, `{"name":"${word(`name of ${agent.id}`)}"}`, undefined, AT)
      }
      for (const n of [...shape.histories.flat(), ...(shape.messages ?? [])]) {
        const id = fileOf(n)
        if (id === undefined) continue
        const bytes = Buffer.from(word(`bytes of ${id}`))
        archive.dependencies.store({ kind: 'file', id, version: '' }, `{"id":"${id}"}`, bytes, AT)
      }
      archive.unknownShapes.add([{ kind: 'field', name: word(`shape ${i}`) }], idOf(i), AT)
      archive.events.add({ kind: 'revived', conversation: idOf(i), detail: 'it is back' }, run, AT)
      const failure = { step: 'messages', code: 'timeout', message: word(`message ${i}`) } as const
      if (shape.fails)
        archive.failures.record({ conversation: idOf(i), ...failure, body: word(`body ${i}`) }, run, AT)
    }
  })
  if (isIndexed) while (archive.transaction(() => archive.searchIndex.addSome()));
}

/** All that can be read of a conversation. */
function readAll(archive: Archive, id: string): unknown {
  return [...archive.conversations.revisions(id)].map(({ row, entries }) => [row, [...entries()]])
}

/** An archive that is closed and opened again, as it is for each command. */
function reopened(archive: Archive): Archive {
  archive.close()
  return openArchive(archive.path, { mode: 'write' })
}

describe('Forgetting conversations', () => {
  it('leaves no byte of them in the file, and all that others have', () => {
    const folder = testFolder()
    let round = 0
    fc.assert(
      fc.property(world, ({ shapes, chosen, isIndexed }) => {
        const path = join(folder, `${round++}.db`)
        const shapeOf = (i: number) => shapes[i] as Shape
        let archive = openArchive(path, { mode: 'create' })
        fill(archive, shapes, isIndexed)
        const gone = [...new Set(chosen.map((n) => n % shapes.length))]
        const kept = [...shapes.keys()].filter((i) => !gone.includes(i))
        const textsLeft = new Set(kept.flatMap((i) => textsOf(i, shapeOf(i))))
        const textsGone = gone.flatMap((i) => textsOf(i, shapeOf(i))).filter((text) => !textsLeft.has(text))
        const before = kept.map((i) => readAll(archive, idOf(i)))
        archive = reopened(archive)
        archive.checkpoint()
        expect(foundInFile(path, [...textsGone, ...textsLeft])).toEqual([...textsGone, ...textsLeft])

        const erased = archive.forget(gone.map(idOf), AT)
        expect(erased.conversations).toBe(gone.length)
        expect(archive.rewrite()).toBe(true)
        archive.forgotten.setOverwritten(AT)
        archive.checkpoint()

        expect(foundInFile(path, textsGone)).toEqual([])
        expect(foundInFile(path, [...textsLeft])).toEqual([...textsLeft])
        expect(kept.map((i) => readAll(archive, idOf(i)))).toEqual(before)
        while (archive.transaction(() => archive.searchIndex.addSome()));
        archive.checkpoint()
        expect(foundInFile(path, textsGone)).toEqual([])
        for (const i of kept) {
          const name = word(`name ${i} ${shapeOf(i).histories.length - 1}`)
          expect([...archive.conversations.ids({ match: [name] })]).toEqual([idOf(i)])
        }
        archive.close()
        expect(verified(path).findings.filter(({ check }) => check !== 'messages')).toEqual([])
      }),
      { numRuns: Number(process.env['FORGOTTEN'] ?? 60) },
    )
  })

  it('keeps the counts of runs sound, and says so with the run', () => {
    const path = join(testFolder(), 'archive.db')
    const archive = openArchive(path, { mode: 'create' })
    const shapes = [{ histories: [[1], [1, 2]], messages: null, agent: 0, fails: false }]
    fill(archive, shapes, true)
    const books = { listed: 1, new: 1, updated: 1, unchanged: 0, failed: 0, vanished: 0, gone: 0 }
    const none = { compared: 0, requests: 0, retries: 0, bytes: 0 }
    const reason = `could not look up ${idOf(0)}`
    archive.transaction(() =>
      archive.runs.end(1, AT, {
        ...{ outcome: 'partial', complete: null, reason, requestsByKind: new Map() },
        books: { ...books, ...none },
      }),
    )
    archive.forget([idOf(0)], AT)
    archive.rewrite()
    archive.forgotten.setOverwritten(AT)
    expect(archive.runs.read(1)).toMatchObject({ new: 1, reason: 'could not look up [forgotten]' })
    archive.close()
    expect(verified(path).findings).toEqual([])
    expect(foundInFile(path, [idOf(0)])).toEqual([])
  })
})
