import { statSync } from 'node:fs'

import { openArchive, type Archive } from '../../src/archive/archive.ts'
import { seededRandom, type Random } from '../../src/sandbox/random.ts'
import type { Results } from './results.ts'

const SYLLABLES = 'ri ver del ta mon ka los pre ing er tion an so lu me no qui st ra bo'.split(' ')
const AT = '2026-01-01T00:00:00Z'

/**
 * Creates an archive of conversations with 10 entries of 800 characters, with word frequencies like those of a language,
 * and fills its search index; then searches for words that are in a tenth and in nearly all of the entries.
 */
export function benchSearch(results: Results, path: string, conversations: number): void {
  const archive = openArchive(path, { mode: 'create' })
  const stored = cpuSeconds(() => storeAll(archive, conversations))
  const before = statSync(path).size
  const filled = cpuSeconds(() => {
    while (archive.transaction(() => archive.searchIndex.addSome()));
    archive.checkpoint()
  })
  results.add(`Search in ${conversations * 10} entries`, [
    { name: 'storing and filling the index / storing', value: (stored + filled) / stored, unit: '' },
    { name: 'index / archive without it', value: (statSync(path).size - before) / before, unit: '' },
    ...['delri', '"riri delri"', 'delri delqui verkalos', 'ri*'].flatMap((text) => timesOf(archive, text)),
  ])
  archive.close()
}

/** The processor time until the best hit, and until all conversations are listed. */
function timesOf(archive: Archive, text: string) {
  let found = 0
  const ranked = cpuSeconds(() => firstOf(archive.search.find(text)))
  const listed = cpuSeconds(() => {
    found = [...archive.conversations.list({ match: [text] })].length
  })
  return [
    { name: `${text}: the best of ${found}`, value: ranked * 1000, unit: 'ms' },
    { name: `${text}: --match, all of them`, value: listed * 1000, unit: 'ms' },
  ]
}

/** Reads the first hit and closes the query: the archive cannot be closed while one is open. */
function firstOf(hits: Iterable<unknown>): void {
  const [first] = hits
  void first
}

function storeAll(archive: Archive, conversations: number): void {
  const random = seededRandom(7)
  const word = zipf(random, vocabulary(200_000, random))
  const run = archive.runs.begin({ command: 'backup', hansard: '0', baseUrl: 'x', startedAt: AT })
  for (let i = 0; i < conversations; i++) {
    const entries = Array.from({ length: 10 }, (_, n) => entryOf(`msg_${i}_${n}`, word))
    const row = `{"id":"conv_${i}","created_at":"${AT}","name":"${word()} ${word()}"}`
    const history = { envelope: '{"entries":[]}', entries }
    const fetched = { id: `conv_${i}`, row, history, messages: undefined, fetchedAt: AT }
    archive.soon(() => archive.conversations.store(fetched, run, AT))
  }
  archive.checkpoint()
}

function entryOf(id: string, word: () => string): string {
  let text = ''
  while (text.length < 800) text += `${word()} `
  const head = '{"object":"entry","type":"message.input","completed_at":null,"role":"user"'
  return `${head},"id":"${id}","created_at":"${AT}","content":"${text}"}`
}

function vocabulary(size: number, random: Random): string[] {
  const syllable = () => SYLLABLES[random.below(SYLLABLES.length)] ?? ''
  return Array.from({ length: size }, (_, i) => {
    const word = Array.from({ length: 2 + (i % 3) }, syllable).join('')
    return i < 5000 ? word : word + i.toString(36)
  })
}

/** Returns words by Zipf's law: the n-th word is n times rarer than the first. */
function zipf(random: Random, words: readonly string[]): () => string {
  let sum = 0
  const sums = Float64Array.from(words, (_, i) => (sum += 1 / (i + 2.7)))
  return () => {
    const wanted = (random.below(2 ** 31) / 2 ** 31) * sum
    let [from, to] = [0, sums.length - 1]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((sums[middle] ?? 0) < wanted) from = middle + 1
      else to = middle
    }
    return words[from] ?? ''
  }
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
