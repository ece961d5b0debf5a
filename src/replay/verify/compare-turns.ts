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

export interface ComparedTurns {
  readonly differences: readonly CopyDifference[]
  readonly generated: number
  readonly since: number
  readonly answers: readonly ComparedAnswers[]
  /** The forms of what was asked at the source, with its losses, and at the target. */
  readonly asked: readonly string[]
  readonly compared: readonly string[]
}

/** Compares what users say, in which order, and where they are answered. Answers are shown, not judged. */
export function compareTurns(
  expected: readonly ExpectedEntry[],
  everything: readonly CopyEntry[],
  replayed: Replayed,
): ComparedTurns {
  const { source, generated } = replayed
  const asked = expected.filter(({ position }) => isInput(source.entries[position]))
  const found = withoutLater(everything, asked, generated)
  const sentEntries = found.filter((entry) => wasSent(entry, asked))
  const first = firstDifference(asked, sentEntries, generated)
  const [more] = sentEntries.slice(asked.length)
  const differences = [
    ...undeclared(expected, asked, source.entries),
    ...(first === undefined ? [] : [first]),
    ...(first !== undefined || more === undefined ? [] : [addedEntry(more, source.entries.length)]),
  ]
  const indexes = sentEntries.map((entry) => found.indexOf(entry))
  const isWhole = differences.length === 0
  return {
    differences: isWhole
      ? [
          ...brokenTurns(asked, indexes, source.entries, found),
          ...strayResult(source.entries, found, renamedTools(replayed)),
        ]
      : differences,
    generated: found.filter(({ form }) => entryType(form) !== 'function.result').length - sentEntries.length,
    since: everything.length - found.length,
    answers: isWhole ? compareAnswers(asked, indexes, source.entries, found) : [],
    asked: asked.map(({ form }) => formText(form)),
    compared: sentEntries.map(({ form }, i) => formText(comparedPart(asked[i]?.form, form))),
  }
}

function isInput(text: string | undefined): boolean {
  return text !== undefined && typeIn(text) === 'message.input'
}

/** Returns whether an entry was sent: a user message, or what is declared to be sent as something else. */
function wasSent({ form }: CopyEntry, asked: readonly ExpectedEntry[]): boolean {
  if (entryType(form) === 'message.input') return true
  return asked.some(
    (each) => entryType(each.form) !== 'message.input' && differingMembers(each.form, form).length === 0,
  )
}

/** Leaves out the entries added since, if the receipt shows what the replay made. */
function withoutLater(
  found: readonly CopyEntry[],
  asked: readonly ExpectedEntry[],
  generated: Replayed['generated'],
): readonly CopyEntry[] {
  const sentEntries = found.filter((entry) => wasSent(entry, asked))
  const next = sentEntries[asked.length]
  const last = found.findLastIndex((entry) => isRecorded(entry, generated))
  const at = next === undefined ? -1 : found.indexOf(next)
  return last !== -1 && at > last ? found.slice(0, at) : found
}

/** Types of entries in an answer, which the target generates again. */
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
  const detail = 'it is not asked again, and no loss declares that'
  return [{ entry: left.position, path: '', kind: 'missing', detail, expected: null, found: null }]
}

/** Returns whether an entry asks for an answer: a user message, or an assistant message with a prefix. */
function expectsAnswer(form: EntryForm): boolean {
  return stringOf(form.get('role')) === 'user' || form.get('prefix') === 'true'
}

function brokenTurns(
  asked: readonly ExpectedEntry[],
  indexes: readonly number[],
  source: readonly string[],
  found: readonly CopyEntry[],
): CopyDifference[] {
  const turns = asked
    .map((each, i) => ({ ...each, index: indexes[i] ?? 0 }))
    .filter(({ form }) => expectsAnswer(form))
  const broken = turns.find(({ position, index }, i) => {
    const next = turns[i + 1]
    const here = source.slice(position + 1, next?.position).some((text) => !isInput(text))
    const there = found.slice(index + 1, next?.index).some((_, j) => !indexes.includes(index + 1 + j))
    return next === undefined ? here && !there : here !== there
  })
  if (broken === undefined) return []
  const detail = 'user messages are answered in other places than at the source'
  return [{ entry: broken.position, path: '', kind: 'structure', detail, expected: null, found: null }]
}

/** The forms of the inputs in a history. */
export function sourceTurns(source: readonly string[]): string[] {
  return source.filter(isInput).map((text) => formText(entryForm(treeOf(text))))
}
