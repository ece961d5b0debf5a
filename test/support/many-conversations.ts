import { openArchive } from '../../src/archive/archive.ts'
import { seededRandom } from '../../src/sandbox/random.ts'
import { beginRun } from './archives.ts'

const AT = '2026-11-01T03:00:00.000Z'
const TOGETHER = 1000
const TEN_MINUTES = 600_000

/** Stores many conversations of four messages in a new archive, with an index: common words and rare ones, as in texts. */
export function storeMany(path: string, count: number): void {
  const archive = openArchive(path, { mode: 'create' })
  const random = seededRandom(7)
  const word = () => {
    const commonness = random.below(1000) / 1000
    return `word${Math.floor(commonness ** 3 * 20_000).toString(36)}`
  }
  const words = (length: number) => Array.from({ length }, word).join(' ')
  const run = beginRun(archive, AT)
  const store = (number: number) => {
    const id = `conv_${String(number).padStart(20, '0')}`
    const created_at = new Date(Date.UTC(2024, 0, 1) + number * TEN_MINUTES).toISOString()
    const row = { id, created_at, updated_at: created_at, model: 'mistral-small-latest', name: words(6) }
    const entries = ['message.input', 'message.output', 'message.input', 'message.output'].map((type, i) =>
      JSON.stringify({ type, created_at, id: `msg_${number}_${i}`, content: words(40) }),
    )
    const history = { envelope: '{"entries":[]}', entries }
    const fetched = { id, row: JSON.stringify(row), history, messages: undefined, fetchedAt: AT }
    archive.conversations.store(fetched, run, AT)
  }
  for (let from = 0; from < count; from += TOGETHER)
    archive.transaction(() => {
      for (let number = from; number < Math.min(count, from + TOGETHER); number++) store(number)
    })
  while (archive.transaction(() => archive.searchIndex.addSome())) continue
  archive.close()
}
