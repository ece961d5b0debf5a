import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'

import type { Archive } from '../../archive/archive.ts'
import { HansardError, messageOf } from '../../errors.ts'
import { parseContainer } from '../../model/json/parse-json.ts'
import { toCamelCase, toSnakeCase } from '../../model/json/rename-keys.ts'
import { archiveIdentity } from './archived-source.ts'
import { addEstimates } from './estimate.ts'
import {
  PLAN_VERSION,
  type PlanEnd,
  type PlanHead,
  type PlannedConversation,
  type ReplayPlan,
} from './plan.ts'

/** Objects whose keys are ids and names, not ours. */
const DATA_KEYED = ['agents', 'models', 'libraries', 'connectors', 'connectorAuth']

/** Writes the lines of a plan file with `write`, and returns what the last line says. */
export async function writePlan(
  head: PlanHead,
  conversations: AsyncIterable<PlannedConversation>,
  write: (line: string) => Promise<void>,
): Promise<PlanEnd> {
  const hash = createHash('sha256')
  const writeHashed = async (value: object): Promise<void> => {
    const line = lineOf(value)
    hash.update(line)
    await write(line)
  }
  await writeHashed(head)
  let end = emptyEnd(head)
  for await (const conversation of conversations) {
    await writeHashed(conversation)
    end = count(end, conversation)
  }
  end = { ...end, sha256: hash.digest('hex') }
  await write(lineOf(end))
  return end
}

/** @throws HansardError `plan-refused` if there is no such file */
export function refuseMissingPlan(path: string): void {
  if (existsSync(path)) return
  throw new HansardError('plan-refused', `There is no plan at ${path}`, {
    hint: 'Make one with `hansard replay plan --out FILE`.',
  })
}

/**
 * Opens a plan file and reads it through once.
 *
 * @throws HansardError `plan-refused` if it is not a plan, has another version, was edited or is truncated; `file` if
 * it cannot be read
 */
export async function openPlan(path: string): Promise<ReplayPlan> {
  refuseMissingPlan(path)
  const hash = createHash('sha256')
  let head: PlanHead | undefined
  let last: string | undefined
  for await (const line of linesOf(path)) {
    if (last !== undefined) hash.update(`${last}\n`)
    head ??= readHead(path, line)
    last = line
  }
  const end = parseLine(last ?? '') as PlanEnd | undefined
  if (head === undefined) throw notAPlan(path)
  if (end?.kind !== 'end') throw refused(`${path} is truncated: its last line is missing`)
  if (end.sha256 !== hash.digest('hex'))
    throw refused(`${path} was edited after it was made: its SHA-256 does not match`)
  return { head, end, conversations: () => conversationsOf(path) }
}

/** @throws HansardError `plan-refused` if the plan was made from another archive */
export function refuseOtherArchive(archive: Archive, { archive: planned }: PlanHead): void {
  if (archiveIdentity(archive) === planned) return
  throw refused(`The plan was made from another archive, not from ${archive.path}`)
}

async function* conversationsOf(path: string): AsyncGenerator<PlannedConversation, void, undefined> {
  let waiting: string | undefined
  let isHead = true
  for await (const line of linesOf(path)) {
    if (waiting !== undefined) yield parseLine(waiting) as PlannedConversation
    waiting = isHead ? undefined : line
    isHead = false
  }
}

function readHead(path: string, line: string): PlanHead {
  const head = parseLine(line) as Partial<PlanHead> | undefined
  if (head?.kind !== 'hansard replay plan') throw notAPlan(path)
  if (head.version !== PLAN_VERSION) {
    throw refused(
      `${path} is a plan of version ${String(head.version)}; this hansard reads version ${PLAN_VERSION}`,
    )
  }
  return head as PlanHead
}

function lineOf(value: object): string {
  return `${JSON.stringify(toSnakeCase(value, DATA_KEYED))}\n`
}

function parseLine(line: string): unknown {
  return toCamelCase(parseContainer(line), DATA_KEYED)
}

/** Splits at line feeds only: U+2028 may occur in a name. */
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
    throw new HansardError('file', `Cannot read the plan ${path}: ${messageOf(thrown)}`, {
      hint: 'Give a file written by `hansard replay plan --out`.',
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

function notAPlan(path: string): HansardError {
  return refused(`${path} is not a replay plan`)
}

function refused(message: string): HansardError {
  return new HansardError('plan-refused', message, {
    hint: 'Make a new plan with `hansard replay plan --out FILE` and do not edit it.',
  })
}
