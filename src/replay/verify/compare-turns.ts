import type { CopyDifference, Replayed } from './certificate.ts'
import type { ComparedHistory } from './compare-history.ts'
import { compareAnswers, type Turn } from './compared-answers.ts'
import { difference } from './difference.ts'
import {
  comparedPart,
  differingMembers,
  formText,
  entryType,
  readForm,
  type CopyEntry,
  type EntryForm,
} from './entry-form.ts'
import type { ExpectedEntry } from './expected-entries.ts'
import { addedEntry, firstDifference, isRecorded } from './first-difference.ts'
import { typeIn } from './json-members.ts'
import { stringOf } from './json-tree.ts'
import { renamedTools } from './renamed-functions.ts'
import { strayResult } from './stray-results.ts'

/** Compares what users say, in which order, and where they are answered. Answers are shown, not judged. */
export function compareTurns(
  expected: readonly ExpectedEntry[],
  everything: readonly CopyEntry[],
  replayed: Replayed,
): ComparedHistory {
  const { entries: source } = replayed.source
  const asked = expected.filter(({ position }) => isInput(source[position]))
  const found = withoutLater(everything, asked, replayed.generated)
  const sentEntries = found.filter((entry) => wasSent(entry, asked))
  const [more] = sentEntries.slice(asked.length)
  const first =
    firstDifference(asked, sentEntries, replayed.generated) ??
    (more === undefined ? undefined : addedEntry(more, source.length))
  const differences = [...undeclared(expected, asked, source), ...(first === undefined ? [] : [first])]
  const isWhole = differences.length === 0
  const indexes = sentEntries.map((entry) => found.indexOf(entry))
  const turns = asked.map((each, i) => ({ ...each, index: indexes[i] ?? 0 }))
  return {
    differences: isWhole
      ? [...brokenTurns(turns, source, found), ...strayResult(source, found, renamedTools(replayed))]
      : differences,
    generated: found.filter(({ form }) => entryType(form) !== 'function.result').length - sentEntries.length,
    since: everything.length - found.length,
    answers: isWhole ? compareAnswers(turns, source, found) : [],
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
const answerTypes = ['message.output', 'tool.execution', 'function.call', 'function.result', 'agent.handoff']

function undeclared(
  expected: readonly ExpectedEntry[],
  asked: readonly ExpectedEntry[],
  source: readonly string[],
): CopyDifference[] {
  const begin = asked.find(({ form }) => expectsAnswer(form))?.position ?? Infinity
  const left = expected.find(
    ({ position }) =>
      !isInput(source[position]) &&
      (position < begin || !answerTypes.includes(typeIn(source[position] ?? '{}'))),
  )
  if (left === undefined) return []
  const detail = 'it is not asked again, and no loss declares that'
  return [difference(left.position, 'missing', detail)]
}

/** Returns whether an entry asks for an answer: a user message, or an assistant message with a prefix. */
function expectsAnswer(form: EntryForm): boolean {
  return stringOf(form.get('role')) === 'user' || form.get('prefix') === 'true'
}

function brokenTurns(
  asked: readonly Turn[],
  source: readonly string[],
  found: readonly CopyEntry[],
): CopyDifference[] {
  const indexes = asked.map(({ index }) => index)
  const turns = asked.filter(({ form }) => expectsAnswer(form))
  const broken = turns.find(({ position, index }, i) => {
    const next = turns[i + 1]
    const here = source.slice(position + 1, next?.position).some((text) => !isInput(text))
    const there = found.slice(index + 1, next?.index).some((_, j) => !indexes.includes(index + 1 + j))
    return next === undefined ? here && !there : here !== there
  })
  if (broken === undefined) return []
  const detail = 'user messages are answered in other places than at the source'
  return [difference(broken.position, 'structure', detail)]
}

/** The forms of the inputs in a history. */
export function sourceTurns(source: readonly string[]): EntryForm[] {
  return source.filter(isInput).map(readForm)
}
