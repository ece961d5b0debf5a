import type { ComparedAnswers, CopyDifference, Replayed } from './certificate.ts'
import { compareAnswers } from './compared-answers.ts'
import {
  comparedPart,
  differingMembers,
  entryForm,
  formText,
  entryType,
  type EntryForm,
} from './entry-form.ts'
import type { ExpectedEntry } from './expected-entries.ts'
import { addedEntry, firstDifference, isRecorded } from './first-difference.ts'
import type { CopyEntry } from './found-entries.ts'
import { typeIn } from './json-members.ts'
import { stringOf, treeOf } from './json-tree.ts'
import { renamedTools } from './renamed-functions.ts'
import { strayResult } from './stray-results.ts'

/** What the comparison of the turns came to. */
export interface ComparedTurns {
  readonly differences: readonly CopyDifference[]
  readonly generated: number
  readonly since: number
  readonly answers: readonly ComparedAnswers[]
  /** The forms of what was asked: at the source with its losses, and over there. */
  readonly asked: readonly string[]
  readonly compared: readonly string[]
}

/** Compares what users say, in which order, and where they are answered; what they are answered is only told. */
export function compareTurns(
  expected: readonly ExpectedEntry[],
  everything: readonly CopyEntry[],
  replayed: Replayed,
): ComparedTurns {
  const { source, generated } = replayed
  const asked = expected.filter(({ position }) => isInput(source.entries[position]))
  const found = withoutLater(everything, asked, generated)
  const said = found.filter((entry) => isSaid(entry, asked))
  const first = firstDifference(asked, said, generated)
  const [more] = said.slice(asked.length)
  const differences = [
    ...undeclared(expected, asked, source.entries),
    ...(first === undefined ? [] : [first]),
    ...(first !== undefined || more === undefined ? [] : [addedEntry(more, source.entries.length)]),
  ]
  const places = said.map((entry) => found.indexOf(entry))
  const isWhole = differences.length === 0
  return {
    differences: isWhole
      ? [
          ...brokenTurns(asked, places, source.entries, found),
          ...strayResult(source.entries, found, renamedTools(replayed)),
        ]
      : differences,
    generated: found.filter(({ form }) => entryType(form) !== 'function.result').length - said.length,
    since: everything.length - found.length,
    answers: isWhole ? compareAnswers(asked, places, source.entries, found) : [],
    asked: asked.map(({ form }) => formText(form)),
    compared: said.map(({ form }, i) => formText(comparedPart(asked[i]?.form, form))),
  }
}

function isInput(text: string | undefined): boolean {
  return text !== undefined && typeIn(text) === 'message.input'
}

/** What was sent over there: what users say, and what is declared to be sent as something else. */
function isSaid({ form }: CopyEntry, asked: readonly ExpectedEntry[]): boolean {
  if (entryType(form) === 'message.input') return true
  return asked.some(
    (each) => entryType(each.form) !== 'message.input' && differingMembers(each.form, form).length === 0,
  )
}

/** Leaves away what has come to the copy since, where the receipt tells what the replay made. */
function withoutLater(
  found: readonly CopyEntry[],
  asked: readonly ExpectedEntry[],
  generated: Replayed['generated'],
): readonly CopyEntry[] {
  const said = found.filter((entry) => isSaid(entry, asked))
  const next = said[asked.length]
  const last = found.findLastIndex((entry) => isRecorded(entry, generated))
  const at = next === undefined ? -1 : found.indexOf(next)
  return last !== -1 && at > last ? found.slice(0, at) : found
}

/** What an answer may consist of: it comes anew, once somebody has asked. */
const generatedTypes = [
  'message.output',
  'tool.execution',
  'function.call',
  'function.result',
  'agent.handoff',
]

function undeclared(
  expected: readonly ExpectedEntry[],
  asked: readonly ExpectedEntry[],
  source: readonly string[],
): CopyDifference[] {
  const begin = asked.find(({ form }) => expectsAnswer(form))?.position ?? Infinity
  const [left] = expected.filter(
    ({ position }) =>
      !isInput(source[position]) &&
      (position < begin || !generatedTypes.includes(typeIn(source[position] ?? '{}'))),
  )
  if (left === undefined) return []
  const detail = 'it is not asked again, and nothing declares that'
  return [{ entry: left.position, path: '', kind: 'missing', detail, expected: null, found: null }]
}

/** Is this what somebody wants answered? The assistant's words are not, but for the beginning of an answer. */
function expectsAnswer(form: EntryForm): boolean {
  return stringOf(form.get('role')) === 'user' || form.get('prefix') === 'true'
}

function brokenTurns(
  asked: readonly ExpectedEntry[],
  places: readonly number[],
  source: readonly string[],
  found: readonly CopyEntry[],
): CopyDifference[] {
  const turns = asked
    .map((each, i) => ({ ...each, place: places[i] ?? 0 }))
    .filter(({ form }) => expectsAnswer(form))
  const broken = turns.find(({ position, place }, i) => {
    const next = turns[i + 1]
    const here = source.slice(position + 1, next?.position).some((text) => !isInput(text))
    const there = found.slice(place + 1, next?.place).some((_, j) => !places.includes(place + 1 + j))
    return next === undefined ? here && !there : here !== there
  })
  if (broken === undefined) return []
  const detail = 'the users are not answered in the same places'
  return [{ entry: broken.position, path: '', kind: 'structure', detail, expected: null, found: null }]
}

/** The forms of what users say in a history, whatever becomes of it. */
export function sourceTurns(source: readonly string[]): string[] {
  return source.filter(isInput).map((text) => formText(entryForm(treeOf(text))))
}
