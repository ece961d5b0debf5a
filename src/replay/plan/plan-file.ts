import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

import type { Archive } from '../../archive/archive.ts'
import { HansardError, messageOf } from '../../errors.ts'
import { parseContainer } from '../../model/json/parse-json.ts'
import { archiveIdentity } from './archived-source.ts'
import { addEstimates } from './estimate.ts'
import { PLAN_VERSION, type PlanEnd, type PlanHead, type PlannedConversation } from './plan.ts'

/** A plan in a file, found to be whole and unedited. */
export interface PlanFile {
  readonly head: PlanHead
  readonly end: PlanEnd
  /** Reads the conversations, one at a time. */
  conversations(): AsyncGenerator<PlannedConversation, void, undefined>
}

/** Writes a plan down, line by line; what it returns at last is what the last line says. */
export async function* planLines(
  head: PlanHead,
  conversations: AsyncIterable<PlannedConversation>,
): AsyncGenerator<string, PlanEnd, undefined> {
  const hash = createHash('sha256')
  const hashed = (value: object): string => {
    const line = `${JSON.stringify(value)}\n`
    hash.update(line)
    return line
  }
  yield hashed(head)
  let end = emptyEnd(head)
  for await (const conversation of conversations) {
    yield hashed(conversation)
    end = count(end, conversation)
  }
  end = { ...end, sha256: hash.digest('hex') }
  yield `${JSON.stringify(end)}\n`
  return end
}

/**
 * Opens the plan in a file. It is read through once before anything of it is believed.
 *
 * @throws HansardError `plan-refused` where it is none, of another version, edited or cut off; `file` where it can't be read
 */
export async function openPlan(path: string): Promise<PlanFile> {
  const hash = createHash('sha256')
  let head: PlanHead | undefined
  let last: string | undefined
  for await (const line of linesOf(path)) {
    if (last !== undefined) hash.update(`${last}\n`)
    head ??= readHead(path, line)
    last = line
  }
  const end = parseContainer(last ?? '') as PlanEnd | undefined
  if (head === undefined) throw noPlan(path)
  if (end?.kind !== 'end') throw refused(`${path} is cut off: it has no end`)
  if (end.sha256 !== hash.digest('hex')) throw refused(`${path} was edited after it was made`)
  return { head, end, conversations: () => conversationsOf(path) }
}

/**
 * Refuses a plan for another archive.
 *
 * @throws HansardError `plan-refused`
 */
export function refuseOtherArchive(archive: Archive, { archive: planned }: PlanHead): void {
  if (archiveIdentity(archive) === planned) return
  throw refused(`The plan is for another archive than ${archive.path}`)
}

async function* conversationsOf(path: string): AsyncGenerator<PlannedConversation, void, undefined> {
  let waiting: string | undefined
  let isHead = true
  for await (const line of linesOf(path)) {
    if (waiting !== undefined) yield JSON.parse(waiting) as PlannedConversation
    waiting = isHead ? undefined : line
    isHead = false
  }
}

function readHead(path: string, line: string): PlanHead {
  const head = parseContainer(line) as Partial<PlanHead> | undefined
  if (head?.kind !== 'hansard replay plan') throw noPlan(path)
  if (head.version !== PLAN_VERSION) {
    throw refused(`${path} is a plan of version ${String(head.version)}; this hansard knows ${PLAN_VERSION}`)
  }
  return head as PlanHead
}

/** Lines end with a line feed and nothing else: U+2028 may stand in a name. */
async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  let rest = ''
  try {
    for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
      const lines = chunk.split('\n')
      lines[0] = rest + (lines[0] ?? '')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (thrown) {
    if (thrown instanceof HansardError) throw thrown
    throw new HansardError('file', `The plan ${path} can’t be read: ${messageOf(thrown)}`, {
      hint: 'Name the file that `hansard replay plan --out` wrote.',
      cause: thrown,
    })
  }
  if (rest !== '') yield rest
}

function emptyEnd({ options }: PlanHead): PlanEnd {
  const cost = options.price === null ? null : 0
  return {
    kind: 'end',
    conversations: 0,
    ready: 0,
    readyWithLosses: 0,
    blocked: 0,
    estimate: { calls: 0, tokensIn: 0, tokensOut: 0, cost },
    sha256: '',
  }
}

function count(end: PlanEnd, { state, estimate }: PlannedConversation): PlanEnd {
  return {
    ...end,
    conversations: end.conversations + 1,
    ready: end.ready + Number(state === 'ready'),
    readyWithLosses: end.readyWithLosses + Number(state === 'ready-with-losses'),
    blocked: end.blocked + Number(state === 'blocked'),
    estimate: addEstimates(end.estimate, estimate),
  }
}

function noPlan(path: string): HansardError {
  return refused(`${path} is no replay plan`)
}

function refused(message: string): HansardError {
  return new HansardError('plan-refused', message, {
    hint: 'Make a new one with `hansard replay plan --out FILE`, and leave it as it is.',
  })
}
