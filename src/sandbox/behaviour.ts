import { HansardError } from '../errors.ts'

/** One switch: a point where the live service is unknown or disputed, so that tests can try each possibility. */
interface Switch<Value> {
  readonly default: Value
  /** The values it can have; a switch without choices takes a number. */
  readonly choices: readonly Value[]
  readonly about: string
}

const refuseOrAccept = ['refuse', 'accept'] as const
const acceptOrRefuse = ['accept', 'refuse'] as const

/**
 * Every switch; the first choice is the default. Each description names the source of what is known: spec (the
 * vendor's OpenAPI document), captured (responses in fixtures/captures), reported (by users), assumed, or unknown.
 */
export const switches = {
  maxPageSize: amount(100, 'largest page_size that is granted (unknown)'),
  pageSizeOverMax: choice(['clamp', 'refuse'], 'a larger page_size: reduced, or refused with 422 (unknown)'),
  order: choice(
    ['newest-first', 'oldest-first', 'updated-first'],
    'order of the listing (captured: newest first)',
  ),
  listDelaySeconds: amount(0, 'seconds until a new conversation is listed (unknown)'),
  filterDelaySeconds: amount(0, 'seconds until a filtered listing has a new conversation (reported: some)'),
  metadataFilter: choice(
    ['works', 'ignored', 'finds-nothing'],
    'effect of the metadata filter of the listing (reported: unreliable)',
  ),
  listMetadata: choice(['present', 'absent'], 'metadata in listed rows (reported: not always)'),
  getMetadata: choice(['present', 'absent'], 'metadata in what get returns (reported: not always)'),
  playgroundListed: choice(['yes', 'no'], 'whether the listing has playground conversations (unknown)'),
  trailingAssistant: choice(
    ['refuse', 'answer', 'accept'],
    'inputs that end with the assistant: 400 code 3230, followed by a response, or stored without one (assumed)',
  ),
  handoffInputs: choice(refuseOrAccept, 'agent.handoff in inputs (spec: accepted; unknown)'),
  toolExecutionInputs: choice(refuseOrAccept, 'tool.execution in inputs (spec: accepted; reported: refused)'),
  toolReferenceInputs: choice(refuseOrAccept, 'tool_reference in inputs (spec: accepted; reported: refused)'),
  inputIds: choice(refuseOrAccept, 'ids of entries in inputs (spec: accepted; reported: refused)'),
  thinkingInputs: choice(refuseOrAccept, 'thinking sent to a model that does not reason (reported: refused)'),
  callIds: choice(['any', 'nine'], 'ids of calls: any (spec), or nine letters and digits (reported)'),
  functionNames: choice(
    ['any', 'limited'],
    'names of functions: any (spec), or up to 64 letters, digits, _ and - (reported)',
  ),
  callArguments: choice(['any', 'json'], 'arguments of calls: any string (spec), or JSON (reported)'),
  callOrder: choice(
    ['loose', 'exact'],
    'results follow their calls somewhere, or each group of calls is followed by exactly its results (reported)',
  ),
  userAfterResult: choice(
    acceptOrRefuse,
    'a user entry directly after a result (reported: refused in 2025, accepted since)',
  ),
  emptyAssistant: choice(acceptOrRefuse, 'an assistant entry without content (reported: refused)'),
  addresses: choice(
    ['any', 'http-or-data'],
    'URLs of images and documents in inputs: any (spec), or http, https and data (reported)',
  ),
  toolSchemas: choice(
    ['any', 'draft-7', 'draft-7-without-ids'],
    'parameters of functions: any object (spec), or JSON Schema Draft 7, with or without $id and $schema (reported)',
  ),
  maxTokensZero: choice(acceptOrRefuse, 'max_tokens: 0 (spec: accepted; unknown)'),
  appendId: choice(['same', 'new'], 'id that append returns: the same (captured), or a new one (spec)'),
  restartWithoutInputs: choice(refuseOrAccept, 'restart without inputs (spec: accepted; reported: refused)'),
  completionArgs: choice(
    ['full', 'null'],
    'completion_args of a row: every field (captured), or null if none was sent (reported)',
  ),
  agentVersion: choice(
    ['absent', 'integer', 'string', 'null'],
    'agent_version in the row of an agent conversation: absent (captured), or integer, string or null (spec)',
  ),
  updatedAtStart: choice(
    ['microsecond', 'after-answer'],
    'updated_at after start: a microsecond after created_at (captured), or the end of the response (unknown)',
  ),
  toolShape: choice(
    ['captured', 'specified'],
    'tool.execution without arguments and tool_reference with source (captured), or as specified',
  ),
  idLayout: choice(['both', 'seconds', 'milliseconds'], 'layout of ids: both (captured), or one of them'),
  busySeconds: amount(0, 'seconds of 409 for a conversation after its stream ended (reported: some)'),
  readsCount: choice(['yes', 'no'], 'whether reads count against a limit of requests (unknown)'),
  generatedFileSeconds: amount(30 * 86_400, 'lifetime of a generated file (unknown; uploaded: 30 days)'),
} as const satisfies Record<string, Switch<string> | Switch<number>>

/** The value of every switch. */
export type Behaviour = {
  readonly [Name in keyof typeof switches]: (typeof switches)[Name] extends Switch<infer Value>
    ? Value
    : never
}

/** The value of every switch unless it is set. */
export const defaultBehaviour = Object.fromEntries(
  Object.entries(switches).map(([name, { default: value }]) => [name, value]),
) as unknown as Behaviour

/** Settings of several switches under one name. */
export const profiles = {
  /** Refuses whatever some validator refused in July 2026. */
  strict: {
    ...{ trailingAssistant: 'refuse', handoffInputs: 'refuse', toolExecutionInputs: 'refuse' },
    ...{ toolReferenceInputs: 'refuse', inputIds: 'refuse', thinkingInputs: 'refuse' },
    ...{ callIds: 'nine', functionNames: 'limited', callArguments: 'json', callOrder: 'exact' },
    ...{ userAfterResult: 'refuse', emptyAssistant: 'refuse', addresses: 'http-or-data' },
    ...{ toolSchemas: 'draft-7-without-ids', maxTokensZero: 'refuse' },
  },
} as const satisfies Readonly<Record<string, Partial<Behaviour>>>

/** Parses names of profiles and `name=value` pairs; later ones win. Throws `usage` for an unknown switch or value. */
export function parseBehaviour(settings: readonly string[]): Partial<Behaviour> {
  const all = settings.map((each) =>
    Object.hasOwn(profiles, each)
      ? profiles[each as keyof typeof profiles]
      : Object.fromEntries([parsePair(each)]),
  )
  return Object.assign({}, ...all) as Partial<Behaviour>
}

function parsePair(pair: string): [string, string | number] {
  const [name = '', ...rest] = pair.split('=')
  const value = rest.join('=')
  if (!Object.hasOwn(switches, name)) {
    throw new HansardError('usage', `Unknown behavior switch ${JSON.stringify(name)}`, {
      hint: `Profiles: ${Object.keys(profiles).join(', ')}. Switches: ${Object.keys(switches).join(', ')}. NAME= explains one.`,
    })
  }
  const { choices, about }: Switch<string | number> = switches[name as keyof typeof switches]
  if (choices.length === 0 && value !== '' && Number(value) >= 0) return [name, Number(value)]
  if (choices.includes(value)) return [name, value]
  const expected = choices.length === 0 ? 'a number from 0' : choices.join(', ')
  throw new HansardError('usage', `Invalid value ${JSON.stringify(value)} for the behavior switch ${name}`, {
    hint: `Values: ${expected}. Meaning: ${about}.`,
  })
}

function amount(value: number, about: string): Switch<number> {
  return { default: value, choices: [], about }
}

function choice<const Word extends string>(choices: readonly [Word, ...Word[]], about: string): Switch<Word> {
  return { default: choices[0], choices, about }
}
