import { fieldsOf, stringIn } from '../../../model/entries/fields.ts'
import {
  isArrayText,
  isObjectText,
  member,
  withMember,
  withoutMembers,
} from '../../../model/json/json-text.ts'
import { isObject } from '../../../model/json/parse-json.ts'
import type { Loss } from '../../loss.ts'
import { isListOf } from '../field-filter.ts'
import type { Block, ReplayOptions, PlanTarget, TargetModel, Warning } from '../plan.ts'
import { makeLoss, memberPath, type Source } from '../source.ts'
import { STAMP_KEY } from '../stamp.ts'
import { carryTools } from './carry-tools.ts'
import { completionArgs, withoutToolUse } from './completion-args.ts'
import type { Naming } from './function-naming.ts'
import { resolveModel, type ResolvedModel } from './target-model.ts'

/** The body of start without the inputs. */
export interface ConversationSettings {
  readonly fields: Readonly<Record<string, string | undefined>>
  /** The model that answers; undefined if there is none. */
  readonly model: TargetModel | undefined
  readonly keepsThinking: boolean
  readonly maxTokens: number | undefined
  readonly losses: readonly Loss[]
  readonly blocks: readonly Block[]
  readonly warnings: readonly Warning[]
  readonly secrets: readonly string[]
}

/** Chooses the model or agent of the copy and its settings. */
export function conversationSettings(
  source: Source,
  options: ReplayOptions,
  target: PlanTarget,
  { stamp, naming }: { readonly stamp: string; readonly naming: Naming },
): ConversationSettings {
  const resolved = resolveModel(source, options, target)
  const described = descriptiveFields(source.row, stamp)
  if ('kind' in resolved) return { ...noSettings, losses: described.losses, blocks: [resolved] }
  const own =
    resolved.settings === 'with-agent'
      ? agentSettings(resolved, options)
      : modelSettings(resolved, options, naming)
  return {
    ...own,
    fields: { ...resolved.fields, ...own.fields, ...described.fields },
    model: resolved.model,
    losses: [...resolved.losses, ...own.losses, ...described.losses],
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

/** An agent has its own settings; start refuses others beside it. */
function agentSettings({ model, agentTools }: ResolvedModel, { rebuild }: ReplayOptions): OwnSettings {
  const mayRunTools = rebuild === 'quiet' && agentTools.length > 0
  const block: Block = {
    kind: 'agent-with-tools',
    reason: 'the target agent has tools, and nothing can keep them from running',
    hint: 'Use --rebuild keep, or replace the agent by a model with --fallback-model.',
  }
  return {
    fields: {},
    keepsThinking: model.reasons,
    maxTokens: undefined,
    losses: [],
    blocks: mayRunTools ? [block] : [],
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
  const sentArgs = isQuiet ? withoutToolUse(args.text) : { text: args.text, losses: [] }
  const instructions = given.get('instructions') ?? 'null'
  const isString = stringIn(instructions) !== null
  const usesNoTools = fieldsOf(sentArgs.text ?? '{}').get('tool_choice') === '"none"'
  const types = tools.texts.map((tool) => stringIn(fieldsOf(tool).get('type')) ?? '')
  return {
    fields: {
      instructions: isString ? instructions : undefined,
      tools: tools.texts.length === 0 ? undefined : `[${tools.texts.join(',')}]`,
      completion_args: sentArgs.text,
    },
    keepsThinking: model.reasons && args.mayReason,
    maxTokens: args.maxTokens,
    losses: [
      ...tools.losses,
      ...args.losses,
      ...sentArgs.losses,
      ...(isString || instructions === 'null'
        ? []
        : [makeLoss('field-dropped', null, 'instructions', instructions, null)]),
    ],
    blocks: tools.blocks,
    warnings: usesNoTools ? [] : warningsOf(types),
    secrets: tools.secrets,
  }
}

function warningsOf(types: readonly string[]): Warning[] {
  return [
    ...(types.some((type) => type !== 'function') ? (['tools-may-run'] as const) : []),
    ...(types.includes('function') ? (['function-may-be-called'] as const) : []),
  ]
}

/** Name, description, guardrails, and metadata with the stamp. Start accepts no other members of a row. */
function descriptiveFields(
  row: string,
  stamp: string,
): { fields: Record<string, string | undefined>; losses: readonly Loss[] } {
  const given = fieldsOf(row)
  const fields: Record<string, string | undefined> = {}
  const losses: Loss[] = []
  for (const [key, value] of given) {
    if (setElsewhere.includes(key) || value === 'null') continue
    const fits = Object.hasOwn(checks, key) && checks[key]?.(value) === true
    if (!fits) losses.push(makeLoss('field-dropped', null, memberPath('', key), value, null))
    else if (value !== '[]') fields[key] = value
  }
  const metadata = withStamp(fields['metadata'] ?? '{}', stamp)
  return { fields: { ...fields, metadata: metadata.text }, losses: [...losses, ...metadata.losses] }
}

/** Set elsewhere, or set by the service. */
const setElsewhere = [
  ...['object', 'id', 'created_at', 'updated_at'],
  ...['agent_id', 'agent_version', 'model', 'instructions', 'tools', 'completion_args'],
]

const checks: Readonly<Record<string, (text: string) => boolean>> = {
  name: (text) => stringIn(text) !== null,
  description: (text) => stringIn(text) !== null,
  guardrails: (text) => isArrayText(text) && isListOf(isObject)(JSON.parse(text)),
  metadata: isObjectText,
}

/** Adds the stamp; the copy of a copy gets a new one. */
function withStamp(metadata: string, stamp: string): { text: string; losses: Loss[] } {
  const earlier = member(metadata, STAMP_KEY)
  const value = JSON.stringify(stamp)
  const path = `metadata.${STAMP_KEY}`
  return {
    text: withMember(withoutMembers(metadata, [STAMP_KEY]), STAMP_KEY, value),
    losses: earlier === undefined ? [] : [makeLoss('metadata-stamped', null, path, earlier.value, value)],
  }
}
