import type { ConversationsClient, JsonReply } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import { exists } from '../../backup/account-identity.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import { lookUp } from '../../model/json/parse-json.ts'
import type { ReplayOptions, PlanTarget, TargetAgent, TargetModel } from './plan.ts'

/** Archived conversations to look for at the target, at most. */
const SAMPLE = 10

/** What the user confirms about the target account. */
export interface PreflightOptions {
  /** Allow the source account as the target. */
  readonly sameAccount?: boolean | undefined
  /** Accept the target as a different account without proof. */
  readonly yesDifferent?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads from the target what a plan depends on: is the key valid, is it another account, do the named models and
 * agents exist? Sends no writes.
 *
 * @throws HansardError `usage` if the options name something that does not exist; `another-account` if the target is
 * the source account, or may be; otherwise the error of the request that failed
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
  if (sameAccount !== true) refuseAccount(account, yesDifferent === true)
  const agents = await readAgents(client, models, options, signal)
  return { baseUrl: client.baseUrl, account, models, agents }
}

/**
 * The API has no request that names the account of a key. It is the source account if the key was used for a backup of
 * it, or if it returns an archived conversation: ids are unique to an account.
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

/** Facts about each model, by every name that start accepts for it. */
function parseModels(list: unknown): PlanTarget['models'] {
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
): Promise<PlanTarget['agents']> {
  const found: [string, TargetAgent][] = []
  for (const [source, id] of Object.entries(options.agents)) {
    const { model, completion_args: args, tools } = await readAgent(client, source, id, signal)
    const card = typeof model === 'string' ? lookUp(models, model) : undefined
    const mayReason = (args as { reasoning_effort?: unknown } | null | undefined)?.reasoning_effort !== 'none'
    const reasons = (card?.reasons ?? false) && mayReason
    found.push([id, { context: card?.context ?? null, reasons, tools: toolTypes(tools) }])
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
    const { json }: JsonReply = await client.getAgent(id, undefined, { signal })
    return (json ?? {}) as Record<string, unknown>
  } catch (thrown) {
    if (!isHansardError(thrown, 'not-found')) throw thrown
    throw new HansardError('usage', `The target has no agent ${id}, to which ${source} is mapped`, {
      hint: 'Check --map-agent SOURCE=TARGET.',
      cause: thrown,
    })
  }
}

function toolTypes(tools: unknown): string[] {
  return (Array.isArray(tools) ? tools : []).flatMap((tool: { type?: unknown } | null) =>
    typeof tool?.type === 'string' ? [tool.type] : [],
  )
}

/** A mapping from a name that no conversation has is probably a typo. */
function refuseUnknownSources({ conversations }: Archive, { agents, models }: ReplayOptions): void {
  const refuseUnknown = (kind: 'agent' | 'model', name: string): void => {
    const selection = { [`${kind}s`]: [name], limit: 1, includeGone: true }
    if ([...conversations.ids(selection)].length > 0) return
    throw new HansardError('usage', `No conversation of the archive has the ${kind} ${name}`, {
      hint: `Check --map-${kind} SOURCE=TARGET; \`hansard list\` shows the names at the source.`,
    })
  }
  for (const id of Object.keys(agents)) refuseUnknown('agent', id)
  for (const name of Object.keys(models)) refuseUnknown('model', name)
}

function refuseUnknownModels(known: PlanTarget['models'], { models, fallbackModel }: ReplayOptions): void {
  const named = [...Object.values(models), ...(fallbackModel === null ? [] : [fallbackModel])]
  const unknown = named.find((name) => !Object.hasOwn(known, name))
  if (unknown === undefined) return
  throw new HansardError('usage', `The target has no model ${unknown}`, {
    hint: `Check --map-model and --fallback-model. Its models: ${Object.keys(known).join(', ')}.`,
  })
}

function refuseAccount(account: PlanTarget['account'], yesDifferent: boolean): void {
  if (account === 'same') {
    throw new HansardError('another-account', 'The target is the account that the archive came from', {
      hint: 'Use the key of another account, or --same-account to make copies beside the originals.',
    })
  }
  if (account === 'another' || yesDifferent) return
  throw new HansardError(
    'another-account',
    'Cannot prove that the target is not the source account: the archive has no live conversation to look for',
    { hint: 'Run `hansard backup` first, or use --yes-different if you know that it is another account.' },
  )
}
