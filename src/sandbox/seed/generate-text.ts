import type { Random } from '../random.ts'

/** How many different words there are. */
const VOCABULARY = 30_000
const IDENTIFIERS = 4000

const SYLLABLES = (
  'ba de ki lo mu na re so ta ve al ber con den er for gra hin in jur kel lan mor nor or pel qui ran sen ter un vor wil ' +
  'ex yon zu cha dre ge tro ung wei zahl ment ly ism'
).split(' ')

/** Endings of one word in forty. */
const ENDINGS = ['é', 'ön', 'ße', 'ção', 'ñas']

/** Each word as many times as it is frequent. */
const vocabulary = Array.from({ length: 200_000 }, (_, i) =>
  wordOfRank(Math.floor(VOCABULARY ** (i / 200_000))),
)

/** How often each kind of paragraph is taken. */
const PARAGRAPHS: readonly (readonly [share: number, make: (random: Random) => string])[] = [
  [60, prose],
  [12, list],
  [16, code],
  [8, data],
  [4, links],
]

/**
 * Generates a text of about this many characters as conversations with a model have them: prose, lists, code, JSON and
 * addresses. Words are as frequent as in natural languages, since the cost of a search index depends on it: the second
 * is half as frequent as the first, the third a third (Zipf's law), and most occur rarely.
 */
export function generateText(length: number, random: Random): string {
  const wanted = Math.max(length, 1)
  const paragraphs: string[] = []
  for (let made = 0; made < wanted; made += paragraphs.at(-1)?.length ?? 0) paragraphs.push(paragraph(random))
  return paragraphs.join('\n\n').slice(0, wanted)
}

function paragraph(random: Random): string {
  let left = random.below(100)
  const [, make] = PARAGRAPHS.find(([share]) => (left -= share) < 0) ?? [0, prose]
  return make(random)
}

function prose(random: Random): string {
  return several(2, 6, random, sentence).join(' ')
}

function sentence(random: Random): string {
  const clauses = several(1, 3, random, () => several(3, 9, random, word).join(' '))
  return `${capitalized(clauses.join(random.below(10) === 0 ? ' — ' : ', '))}${'....?!:'[random.below(7)] ?? '.'}`
}

function list(random: Random): string {
  return several(3, 7, random, () => `- **${word(random)}**: ${sentence(random)}`).join('\n')
}

function code(random: Random): string {
  const lines = several(4, 15, random, statement)
  return [
    '```ts',
    `function ${identifier(random)}(${identifier(random)}: string) {`,
    ...lines,
    '}',
    '```',
  ].join('\n')
}

function statement(random: Random): string {
  const [one, two, three] = [identifier(random), identifier(random), identifier(random)]
  switch (random.below(4)) {
    case 0:
      return `  const ${one} = ${two}(${three}, ${random.below(1000)})`
    case 1:
      return `  if (${one} !== "${word(random)}") return ${two}.${three}`
    case 2:
      return `  for (const ${one} of ${two}) ${three}.push({ ${one} })`
    default:
      return `  // ${sentence(random)}`
  }
}

function data(random: Random): string {
  const rows = several(2, 8, random, () => ({
    id: random.hex(12),
    [word(random)]: random.below(100_000) / 100,
    [word(random)]: [word(random), random.below(2) === 0],
    text: sentence(random),
  }))
  return JSON.stringify(rows, undefined, 2)
}

function links(random: Random): string {
  return several(
    1,
    4,
    random,
    () => `[${word(random)}](https://example.org/${word(random)}/${random.hex(8)})`,
  ).join(', ')
}

/** Programs use few names again and again. */
function identifier(random: Random): string {
  const rank = Math.floor(IDENTIFIERS ** (random.below(1_000_000) / 1_000_000))
  return `${wordOfRank(1 + (rank % 97))}${capitalized(wordOfRank(1 + ((rank * 31) % 1009)))}`
}

function word(random: Random): string {
  return vocabulary[random.below(vocabulary.length)] ?? ''
}

/** The more frequent, the shorter. */
function wordOfRank(rank: number): string {
  let word = ''
  for (let rest = rank; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    word += SYLLABLES[rest % SYLLABLES.length] ?? ''
  return rank % 40 === 0 ? `${word}${ENDINGS[(rank / 40) % ENDINGS.length] ?? ''}` : word
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

function several<T>(least: number, most: number, random: Random, make: (random: Random) => T): T[] {
  const made: T[] = []
  for (let count = least + random.below(most - least + 1); count > 0; count--) made.push(make(random))
  return made
}
