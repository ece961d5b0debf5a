import { fieldsOf, stringIn } from '../../../model/entries/fields.ts'
import { isArrayText, isObjectText, members } from '../../../model/json/json-text.ts'
import type { Loss } from '../../loss.ts'
import { isObject, isListOf } from '../field-filter.ts'
import type { Block, ReplayOptions, PlanTarget, TargetModel, Warning } from '../plan.ts'
import { makeLoss, memberPath, type Source } from '../source.ts'
import { STAMP_KEY } from '../stamp.ts'
import { carryTools } from './carry-tools.ts'
import { completionArgs, withoutToolUse } from './completion-args.ts'
import type { Naming } from './function-naming.ts'
import { resolveModel, type ResolvedModel } from './target-model.ts'

/** All that start is told beside the inputs. */
export interface ConversationSettings {
  readonly fields: Readonly<Record<string, string | undefined>>
  /** What is known of the model that answers; undefined while nobody does. */
  readonly model: TargetModel | undefined
  readonly keepsThinking: boolean
  readonly maxTokens: number | undefined
  readonly losses: readonly Loss[]
  readonly blocks: readonly Block[]
  readonly warnings: readonly Warning[]
  readonly secrets: readonly string[]
}

/** Says what the copy of a conversation is told to be: who answers, and own. */
export function conversationSettings(
  source: Source,
  options: ReplayOptions,
  target: PlanTarget,
  { stamp, naming }: { readonly stamp: string; readonly naming: Naming },
): ConversationSettings {
  const resolved = resolveModel(source, options, target)
  const about = descriptiveFields(source.row, stamp)
  if ('kind' in resolved) return { ...noSettings, losses: about.losses, blocks: [resolved] }
  const own =
    resolved.settings === 'with-agent'
      ? agentSettings(resolved, options)
      : modelSettings(resolved, options, naming)
  return {
    ...own,
    fields: { ...resolved.fields, ...own.fields, ...about.fields },
    model: resolved.model,
    losses: [...resolved.losses, ...own.losses, ...about.losses],
  }
}

const noSettings = {
  fields: {},
  model: undefined,
  keepsThinking: false,
  maxTokens: undefined,
  warnings: [],
  secrets: [],
}

type OwnSettings = Omit<ConversationSettings, 'model'>

/** An agent brings its own settings, and start refuses any beside it. */
function agentSettings({ model, agentTools }: ResolvedModel, { rebuild }: ReplayOptions): OwnSettings {
  const isLoud = rebuild === 'quiet' && agentTools.length > 0
  const block: Block = {
    kind: 'agent-with-tools',
    reason: 'the agent over there has tools, which nothing can keep from running',
    hint: 'Use --rebuild keep, or a model in its place with --fallback-model.',
  }
  return {
    fields: {},
    keepsThinking: model.reasons,
    maxTokens: undefined,
    losses: [],
    blocks: isLoud ? [block] : [],
    warnings: warningsOf(agentTools),
    secrets: [],
  }
}

function modelSettings(
  { model, settings }: ResolvedModel,
  options: ReplayOptions,
  naming: Naming,
): OwnSettings {
  const given = settings === 'with-agent' ? new Map<string, string>() : settings
  const tools = carryTools(given.get('tools'), { ...options, naming })
  const args = completionArgs(given.get('completion_args'), model.reasons)
  const isQuiet = options.rebuild === 'quiet' && tools.texts.length > 0
  const setElsewhere = isQuiet ? withoutToolUse(args.text) : { text: args.text, losses: [] }
  const instructions = given.get('instructions') ?? 'null'
  const areWords = stringIn(instructions) !== null
  const isSilent = fieldsOf(setElsewhere.text ?? '{}').get('tool_choice') === '"none"'
  const types = tools.texts.map((tool) => stringIn(fieldsOf(tool).get('type')) ?? '')
  return {
    fields: {
      instructions: areWords ? instructions : undefined,
      tools: tools.texts.length === 0 ? undefined : `[${tools.texts.join(',')}]`,
      completion_args: setElsewhere.text,
    },
    keepsThinking: model.reasons && args.mayReason,
    maxTokens: args.maxTokens,
    losses: [
      ...tools.losses,
      ...args.losses,
      ...setElsewhere.losses,
      ...(areWords || instructions === 'null'
        ? []
        : [makeLoss('field-dropped', null, 'instructions', instructions, null)]),
    ],
    blocks: tools.blocks,
    warnings: isSilent ? [] : warningsOf(types),
    secrets: tools.secrets,
  }
}

function warningsOf(types: readonly string[]): Warning[] {
  return [
    ...(types.some((type) => type !== 'function') ? (['tools-may-run'] as const) : []),
    ...(types.includes('function') ? (['function-may-be-called'] as const) : []),
  ]
}

/** Name, description, guardrails and metadata, the stamp among them. What else stands in a row nobody over there takes. */
function descriptiveFields(
  row: string,
  stamp: string,
): { fields: Record<string, string | undefined>; losses: readonly Loss[] } {
  const given = fieldsOf(row)
  const fields: Record<string, string | undefined> = {}
  const losses: Loss[] = []
  for (const [key, value] of given) {
    if (told.includes(key) || value === 'null') continue
    const fits = Object.hasOwn(checks, key) && checks[key]?.(value) === true
    if (!fits) losses.push(makeLoss('field-dropped', null, memberPath('', key), value, null))
    else if (value !== '[]') fields[key] = value
  }
  const metadata = withStamp(fields['metadata'] ?? '{}', stamp)
  return { fields: { ...fields, metadata: metadata.text }, losses: [...losses, ...metadata.losses] }
}

/** Told elsewhere, or given by the service. */
const told = [
  ...['object', 'id', 'created_at', 'updated_at'],
  ...['agent_id', 'agent_version', 'model', 'instructions', 'tools', 'completion_args'],
]

const checks: Readonly<Record<string, (text: string) => boolean>> = {
  name: (text) => stringIn(text) !== null,
  description: (text) => stringIn(text) !== null,
  guardrails: (text) => isArrayText(text) && isListOf(isObject)(JSON.parse(text)),
  metadata: isObjectText,
}

/** Adds the stamp; a copy of a copy is stamped anew. */
function withStamp(metadata: string, stamp: string): { text: string; losses: Loss[] } {
  const kept = members(metadata).filter(({ key }) => key !== STAMP_KEY)
  const earlier = members(metadata).findLast(({ key }) => key === STAMP_KEY)
  const value = JSON.stringify(stamp)
  const texts = [...kept, { key: STAMP_KEY, value }].map(
    (each) => `${JSON.stringify(each.key)}:${each.value}`,
  )
  const path = `metadata.${STAMP_KEY}`
  return {
    text: `{${texts.join(',')}}`,
    losses: earlier === undefined ? [] : [makeLoss('metadata-stamped', null, path, earlier.value, value)],
  }
}
