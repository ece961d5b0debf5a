import type { ConversationsClient } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import { exists } from '../../backup/account-identity.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import type { ReplayOptions, PlanTarget, TargetAgent, TargetModel } from './plan.ts'

/** How many archived conversations the target is asked for, at most. */
const SAMPLE = 10

/** What the user has vouched for. */
export interface PreflightOptions {
  /** The target may be the account that the archive came from. */
  readonly sameAccount?: boolean | undefined
  /** The target is another account, though nothing shows it. */
  readonly yesDifferent?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks the target all that a plan depends on, with reads alone: is the key valid, is it another account, does it have the
 * models and agents that are named?
 *
 * @throws HansardError `usage` where the options name what is not there, `another-account` where the target is the source
 * or nothing shows that it is not, otherwise whatever kept the API from answering
 */
export async function preflight(
  client: ConversationsClient,
  archive: Archive,
  options: ReplayOptions,
  { sameAccount, yesDifferent, signal }: PreflightOptions,
): Promise<PlanTarget> {
  refuseUnknownSources(archive, options)
  const models = parseModels((await client.listModels({ signal })).json)
  refuseUnknownModels(models, options)
  const account = await identifyAccount(client, archive, signal)
  if (account === 'same' && sameAccount !== true) throw sameAccountRefused()
  if (account === 'unproven' && yesDifferent !== true && sameAccount !== true) throw unproven()
  const agents = await readAgents(client, models, options, signal)
  return { baseUrl: client.baseUrl, account, models, agents }
}

/**
 * The API does not say whose a key is. That a key opened the source before shows the same account; so does a conversation
 * of the archive that the target has, since ids belong to one account.
 */
async function identifyAccount(
  client: ConversationsClient,
  archive: Archive,
  signal: AbortSignal | undefined,
): Promise<PlanTarget['account']> {
  if (archive.accountKeys.knows((salt) => client.hashKey(salt))) return 'same'
  const ids = archive.conversations.sampleLive(SAMPLE)
  for (const id of ids) {
    if (await exists(client, id, signal)) return 'same'
  }
  return ids.length === 0 ? 'unproven' : 'another'
}

/** Cards of models, under each name that start takes for them. */
function parseModels(list: unknown): Readonly<Record<string, TargetModel>> {
  const data = (list as { data?: unknown } | null)?.data
  const cards = (Array.isArray(data) ? data : []) as readonly Readonly<Record<string, unknown>>[]
  const named = cards.flatMap((card) => {
    const { id, aliases, max_context_length: context, capabilities } = card
    const facts: TargetModel = {
      context: typeof context === 'number' ? context : null,
      reasons: (capabilities as { reasoning?: unknown } | undefined)?.reasoning === true,
    }
    const names = [id, ...(Array.isArray(aliases) ? aliases : [])]
    return names
      .filter((name) => typeof name === 'string')
      .map((name): [string, TargetModel] => [name, facts])
  })
  return Object.fromEntries(named)
}

async function readAgents(
  client: ConversationsClient,
  models: PlanTarget['models'],
  options: ReplayOptions,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, TargetAgent>>> {
  const found: [string, TargetAgent][] = []
  for (const [source, id] of Object.entries(options.agents)) {
    const agent = await readAgent(client, source, id, signal)
    const { model, completion_args: args } = agent
    const card = typeof model === 'string' && Object.hasOwn(models, model) ? models[model] : undefined
    const mayReason = (args as { reasoning_effort?: unknown } | null | undefined)?.reasoning_effort !== 'none'
    found.push([
      id,
      {
        context: card?.context ?? null,
        reasons: (card?.reasons ?? false) && mayReason,
        tools: toolTypes(agent['tools']),
      },
    ])
  }
  return Object.fromEntries(found)
}

async function readAgent(
  client: ConversationsClient,
  source: string,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { json } = await client.getAgent(id, undefined, { signal })
    return (json ?? {}) as Record<string, unknown>
  } catch (thrown) {
    if (!isHansardError(thrown, 'not-found')) throw thrown
    throw new HansardError('usage', `The target has no agent ${id}, which ${source} is mapped to`, {
      hint: 'Check --map-agent: it takes the id at the source, =, and the id at the target.',
      cause: thrown,
    })
  }
}

function toolTypes(tools: unknown): string[] {
  return (Array.isArray(tools) ? tools : []).flatMap((tool: { type?: unknown } | null) =>
    typeof tool?.type === 'string' ? [tool.type] : [],
  )
}

/** A mapping of what no conversation has is a slip of the pen. */
function refuseUnknownSources({ conversations }: Archive, { agents, models }: ReplayOptions): void {
  const has = (selection: { agents: string[] } | { models: string[] }): boolean =>
    [...conversations.list({ ...selection, limit: 1, includeGone: true })].length > 0
  for (const id of Object.keys(agents)) {
    if (!has({ agents: [id] })) throw unknownSource('agent', id)
  }
  for (const name of Object.keys(models)) {
    if (!has({ models: [name] })) throw unknownSource('model', name)
  }
}

function unknownSource(kind: 'agent' | 'model', name: string): HansardError {
  return new HansardError('usage', `No conversation of the archive has the ${kind} ${name}`, {
    hint: `Check --map-${kind}: it takes the name at the source, =, and the name at the target. \`hansard list\` shows them.`,
  })
}

function refuseUnknownModels(known: PlanTarget['models'], { models, fallbackModel }: ReplayOptions): void {
  const named = [...Object.values(models), ...(fallbackModel === null ? [] : [fallbackModel])]
  const unknown = named.find((name) => !Object.hasOwn(known, name))
  if (unknown === undefined) return
  throw new HansardError('usage', `The target has no model ${unknown}`, {
    hint: `Check --map-model and --fallback-model. It has: ${Object.keys(known).join(', ')}.`,
  })
}

function sameAccountRefused(): HansardError {
  return new HansardError('another-account', 'The target is the account that the archive came from', {
    hint: 'Give the key of another account, or pass --same-account to have copies beside the originals.',
  })
}

function unproven(): HansardError {
  return new HansardError(
    'another-account',
    'Nothing shows that the target is another account than the archive’s: the archive has no live conversation to ask it for',
    { hint: 'Run `hansard backup` first, or pass --yes-different if you know it.' },
  )
}
