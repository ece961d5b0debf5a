import { fileURLToPath } from 'node:url'

import { openArchive, type Archive } from '../../src/archive/archive.ts'
import type { Books } from '../../src/archive/journal/runs.ts'
import { beginRun, idOf, makeBigArchive } from './big-archive.ts'
import { measure, median } from './measure.ts'
import type { Results } from './results.ts'

const bin = fileURLToPath(new URL('../../bin/hansard.js', import.meta.url))
const nothing = fileURLToPath(new URL('nothing.mjs', import.meta.url))

/** A command may take at most this many times as long as Node takes to do nothing. */
const GOAL = 5

/** A word that occurs once. */
const RARE = 'oxbow'

const ENTRIES = 10

/**
 * Compares the commands that people wait for with an empty Node process, on an archive whose last run brought 100 new and
 * 300 updated conversations, and found 50 gone. The rounds are interleaved.
 */
export async function benchLatencies(results: Results, path: string, isQuick: boolean): Promise<void> {
  const conversations = isQuick ? 2000 : 200_000
  const shape = { conversations, entries: ENTRIES, bytesPerEntry: 300, months: 36, largeEntries: 0 }
  makeBigArchive(path, shape)
  addNight(path, conversations)
  const commands = [
    ['list', '--limit', '50'],
    ['show', idOf(conversations >> 1)],
    ['search', RARE],
    ['status'],
    ['changes'],
  ]
  const ratios = commands.map((): number[] => [])
  for (let round = 0; round < (isQuick ? 1 : 11); round++) {
    const empty = (await measure(nothing, [])).seconds
    for (const [i, args] of commands.entries())
      ratios[i]?.push((await measure(bin, ['--archive', path, ...args])).seconds / empty)
  }
  results.add(
    `Commands on ${conversations} conversations, as a multiple of an empty Node process`,
    commands.map(([name = ''], i) => ({ name, value: median(ratios[i] ?? []), unit: '', goal: GOAL })),
  )
}

/** Stores what one night brings, and fills the search index. */
function addNight(path: string, conversations: number): void {
  const archive = openArchive(path, { mode: 'write' })
  endRun(archive, 1, { listed: conversations, new: conversations })
  const at = '2026-11-25T03:00:00.000Z'
  const run = beginRun(archive, at)
  archive.transaction(() => {
    for (let i = 0; i < 400; i++) {
      const number = conversations - 300 + i
      archive.conversations.store(conversationAt(archive, idOf(number), i, at), run, at)
    }
    for (let i = 0; i < 50; i++) {
      archive.conversations.markGone(idOf(i), at)
      archive.events.add({ kind: 'gone', conversation: idOf(i), detail: 'no longer listed' }, run, at)
    }
  })
  endRun(archive, run, { listed: conversations + 50, new: 100, updated: 300, unchanged: conversations - 350 })
  while (archive.transaction(() => archive.searchIndex.addSome()));
  archive.checkpoint()
  archive.close()
}

/** A conversation with two more entries than the archive has. */
function conversationAt(archive: Archive, id: string, i: number, at: string) {
  const known = archive.conversations.read(id)
  const more = [i === 0 ? `a question about ${RARE} lakes` : 'and then?', 'An answer.'].map((content, k) =>
    JSON.stringify({
      object: 'entry',
      type: 'message.input',
      id: `msg_${i}_${k}_new`,
      role: 'user',
      content,
    }),
  )
  const row = { id, object: 'conversation', created_at: at, model: 'mistral-small-latest', name: null }
  return {
    id,
    row: known?.row ?? JSON.stringify({ ...row, updated_at: at }),
    history: { envelope: '{"entries":[]}', entries: [...(known?.entries() ?? []), ...more] },
    messages: undefined,
    fetchedAt: at,
  }
}

function endRun(archive: Archive, run: number, counts: Partial<Books>): void {
  const zero = { listed: 0, new: 0, updated: 0, unchanged: 0, failed: 0, vanished: 0, gone: 0 }
  const books = { ...zero, compared: 0, requests: 0, retries: 0, bytes: 0, ...counts }
  archive.runs.end(run, '2026-11-25T03:10:00.000Z', {
    outcome: 'done',
    complete: true,
    reason: undefined,
    books,
    requestsByKind: new Map(),
  })
}
