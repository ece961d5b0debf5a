import { openArchive, type Archive } from '../../src/archive/archive.ts'
import { seededRandom, type Random } from '../../src/sandbox/random.ts'

/** The size of an archive. */
export interface BigArchive {
  readonly conversations: number
  /** Entries per conversation. */
  readonly entries: number
  readonly bytesPerEntry: number
  /** The conversations are spread evenly over this many months. */
  readonly months: number
  readonly largeEntries: number
}

const LARGE = 5_000_000
const TOGETHER = 500

/** Creates an archive like that of a backup: the newest conversations are stored first. */
export function makeBigArchive(path: string, shape: BigArchive): void {
  const archive = openArchive(path, { mode: 'create' })
  const at = '2026-11-22T00:00:00.000Z'
  const run = beginRun(archive, at)
  const random = seededRandom(1)
  const prose = proseOf(random)
  const everyLarge = Math.ceil(shape.conversations / Math.max(shape.largeEntries, 1))
  for (let last = shape.conversations; last > 0; last -= TOGETHER) {
    archive.transaction(() => {
      for (let i = last - 1; i >= Math.max(last - TOGETHER, 0); i--) {
        const isLarge = shape.largeEntries > 0 && i % everyLarge === 0
        const conversation = made(i, shape, isLarge, prose, random)
        archive.conversations.store({ ...conversation, messages: undefined, fetchedAt: at }, run, at)
      }
    })
  }
  archive.checkpoint()
  archive.close()
}

/** Begins a run of a backup; returns its id. */
export function beginRun(archive: Archive, at: string): number {
  return archive.runs.begin({
    command: 'backup',
    hansard: '0',
    baseUrl: 'https://example.org',
    startedAt: at,
  })
}

/** The id of the i-th conversation. */
export function idOf(i: number): string {
  return `conv_${i.toString(16).padStart(32, '0')}`
}

function made(i: number, shape: BigArchive, isLarge: boolean, prose: string, random: Random) {
  const id = idOf(i)
  const month = Math.floor((i * shape.months) / shape.conversations)
  const created_at = `${2023 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-02T08:00:00.123456Z`
  const row = {
    id,
    object: 'conversation',
    created_at,
    updated_at: created_at,
    model: 'mistral-small-latest',
    name: null,
    metadata: { n: i },
  }
  const entries = Array.from({ length: shape.entries }, (_, k) => {
    const length = isLarge && k === 0 ? LARGE : shape.bytesPerEntry - 200
    const from = random.below(prose.length - length)
    return JSON.stringify({
      object: 'entry',
      type: k % 2 === 0 ? 'message.input' : 'message.output',
      created_at,
      completed_at: null,
      id: `msg_${i.toString(16)}_${k}`,
      role: k % 2 === 0 ? 'user' : 'assistant',
      ...(k % 2 === 0 ? {} : { model: 'mistral-small-latest' }),
      content: prose.slice(from, from + length),
    })
  })
  return { id, row: JSON.stringify(row), history: { envelope: '{"entries":[]}', entries } }
}

/** Generates a text with the line breaks, commas and quotes of prose; each entry contains a part of it. */
function proseOf(random: Random): string {
  const words = Array.from({ length: 4000 }, () => random.hex(1 + random.below(9)))
  const marks = [' ', ' ', ' ', ' ', ' ', ', ', '. ', '.\n', ' "', '" ', ' é']
  let text = ''
  while (text.length < LARGE * 2)
    text += (words[random.below(words.length)] ?? '') + (marks[random.below(marks.length)] ?? '')
  return Buffer.from(text).toString()
}
