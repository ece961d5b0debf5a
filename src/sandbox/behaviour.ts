import { HansardError } from '../errors.ts'

/** One switch: a point where the live service is unknown or disputed, so that tests can try each possibility. */
interface Switch<Value> {
  readonly default: Value
  /** The values it can have; a switch without choices takes a number. */
  readonly choices: readonly Value[]
  readonly about: string
}

/** Every switch with its default; S, C, F and I say how a fact is known: specified, captured, from the field, inferred. */
export const switches = {
  maxPageSize: amount(100, 'the largest page_size that is granted (unknown)'),
  pageSizeOverMax: choice(['clamp', 'refuse'], 'a larger page_size is cut down, or answered with 422'),
  order: choice(
    ['newest-first', 'oldest-first', 'updated-first'],
    'the order of the listing (C: newest first)',
  ),
  listDelaySeconds: amount(0, 'how long a new conversation stays out of the listing'),
  filterDelaySeconds: amount(0, 'how long it stays out of a listing filtered by metadata (F: some seconds)'),
  metadataFilter: choice(
    ['works', 'ignored', 'finds-nothing'],
    'what the filter by metadata does (F: unreliable)',
  ),
  listMetadata: choice(['present', 'absent'], 'does metadata come back in a listed row (F: not always)'),
  getMetadata: choice(['present', 'absent'], 'does metadata come back from get (F: not always)'),
  playgroundListed: choice(['yes', 'no'], 'does the listing show playground conversations (unknown)'),
  trailingAssistant: choice(
    ['refuse', 'answer', 'accept'],
    'inputs that end with the assistant: 400 code 3230 (I), one more turn (I), or kept without another turn',
  ),
  handoffInputs: choice(['refuse', 'accept'], 'agent.handoff as an input (S: accepted; unknown)'),
  toolExecutionInputs: choice(['refuse', 'accept'], 'tool.execution as an input (S: accepted, F: refused)'),
  toolReferenceInputs: choice(
    ['refuse', 'accept'],
    'tool_reference chunks in inputs (S: accepted, F: refused)',
  ),
  inputIds: choice(['refuse', 'accept'], 'ids of entries in inputs (S: accepted, F: refused)'),
  thinkingInputs: choice(['refuse', 'accept'], 'thinking sent to a model that does not reason (F: refused)'),
  callIds: choice(['any', 'nine'], 'ids of calls in inputs: any (S), or nine letters and digits (F)'),
  functionNames: choice(
    ['any', 'limited'],
    'names of functions in inputs and tools: any (S), or up to 64 letters, digits, _ and - (F)',
  ),
  callArguments: choice(['any', 'json'], 'arguments of calls in inputs: any string (S), or JSON (F)'),
  callOrder: choice(
    ['loose', 'exact'],
    'results follow their calls, or are exactly those of the calls just before, each once (F)',
  ),
  userAfterResult: choice(
    ['accept', 'refuse'],
    'a user entry directly after a result (F: refused in 2025, taken since)',
  ),
  emptyAssistant: choice(['accept', 'refuse'], 'an assistant entry without content (F: refused)'),
  addresses: choice(
    ['any', 'http-or-data'],
    'addresses of images and documents in inputs: any (S), or http, https and data URLs (F)',
  ),
  toolSchemas: choice(
    ['any', 'draft-7', 'draft-7-without-ids'],
    'parameters of functions: any object (S), a JSON Schema of Draft 7, or one without $id and $schema (F)',
  ),
  maxTokensZero: choice(['accept', 'refuse'], 'max_tokens: 0 (S: accepted; unknown)'),
  appendId: choice(['same', 'new'], 'the id that append answers with (C: the same, S: a new one)'),
  restartWithoutInputs: choice(['refuse', 'accept'], 'restart without inputs (S: accepted, F: refused)'),
  completionArgs: choice(
    ['full', 'null'],
    'completion_args of a row: every field (C), or null where none was sent (F)',
  ),
  agentVersion: choice(
    ['absent', 'integer', 'string', 'null'],
    'agent_version in the row of an agent conversation (C: absent, S: string, integer or null)',
  ),
  updatedAtStart: choice(
    ['microsecond', 'after-answer'],
    'updated_at after start: a microsecond after created_at (C), or when the answer was complete',
  ),
  toolShape: choice(
    ['captured', 'specified'],
    'tool.execution without arguments and tool_reference with source (C), or as the specification has them',
  ),
  idLayout: choice(
    ['both', 'seconds', 'milliseconds'],
    'the two id layouts in use, mixed or one of them (C)',
  ),
  busySeconds: amount(0, 'how long a conversation answers 409 after a stream of it ended (F: seconds)'),
  readsCount: choice(['yes', 'no'], 'do reads count against a limit of requests (unknown)'),
  generatedFileSeconds: amount(30 * 86_400, 'the life of a generated file (unknown; uploaded ones: 30 days)'),
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

/** Named settings of several switches. */
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
    throw new HansardError('usage', `The sandbox has no switch called ${JSON.stringify(name)}`, {
      hint: `Profiles: ${Object.keys(profiles).join(', ')}. Switches: ${Object.keys(switches).join(', ')}.`,
    })
  }
  const { choices }: { choices: readonly (string | number)[] } = switches[name as keyof typeof switches]
  if (choices.length === 0 && value !== '' && Number(value) >= 0) return [name, Number(value)]
  if (choices.includes(value)) return [name, value]
  throw new HansardError('usage', `The switch ${name} can’t be ${JSON.stringify(value)}`, {
    hint: choices.length === 0 ? 'It takes a number.' : `It can be ${choices.join(', ')}.`,
  })
}

function amount(value: number, about: string): Switch<number> {
  return { default: value, choices: [], about }
}

/** The first choice is the default. */
function choice<const Word extends string>(choices: readonly [Word, ...Word[]], about: string): Switch<Word> {
  return { default: choices[0], choices, about }
}
