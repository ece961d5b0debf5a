import { fieldsOf, stringIn, type Fields } from '../../../model/entries/fields.ts'
import {
  isArrayText,
  isObjectText,
  member,
  withMember,
  withoutMembers,
} from '../../../model/json/json-text.ts'
import { isObject, lookUp } from '../../../model/json/parse-json.ts'
import type { Loss } from '../../loss.ts'
import { isListOf } from '../field-filter.ts'
import type { Block, ReplayOptions, PlanTarget, TargetModel, Warning } from '../plan.ts'
import { droppedMembers, makeLoss, type Source } from '../source.ts'
import { STAMP_KEY } from '../../../model/read-stamp.ts'
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
  if ('kind' in resolved)
    return { ...noSettings, model: undefined, losses: described.losses, blocks: [resolved] }
  const { model, settings } = resolved
  const own =
    settings === 'with-agent'
      ? agentSettings(resolved, options)
      : modelSettings(model, settings, options, naming)
  return {
    model,
    ...own,
    fields: Object.assign({}, resolved.fields, own.fields, described.fields),
    losses: [...resolved.losses, ...own.losses, ...described.losses],
  }
}

type OwnSettings = Omit<ConversationSettings, 'model'>

const noSettings: OwnSettings = {
  fields: {},
  keepsThinking: false,
  maxTokens: undefined,
  losses: [],
  blocks: [],
  warnings: [],
  secrets: [],
}

/** An agent has its own settings; start refuses others beside it. */
function agentSettings({ model, agentTools }: ResolvedModel, { rebuild }: ReplayOptions): OwnSettings {
  const mayRunTools = rebuild === 'quiet' && agentTools.length > 0
  const block: Block = {
    kind: 'agent-with-tools',
    subject: null,
    reason: 'the target agent has tools, and nothing can keep them from running',
    hint: 'Use --rebuild keep, or replace the agent by a model with --fallback-model.',
  }
  const blocks = mayRunTools ? [block] : []
  return { ...noSettings, keepsThinking: model.reasons, blocks, warnings: warningsOf(agentTools) }
}

function modelSettings(
  model: TargetModel,
  given: Fields,
  options: ReplayOptions,
  naming: Naming,
): OwnSettings {
  const tools = carryTools(given.get('tools'), { naming, ...options })
  const args = completionArgs(given.get('completion_args'), model.reasons)
  const isQuiet = options.rebuild === 'quiet' && tools.texts.length > 0
  const sentArgs = isQuiet ? withoutToolUse(args.text) : { text: args.text, losses: [] }
  const instructions = given.get('instructions') ?? 'null'
  const isText = stringIn(instructions) !== null
  const refused = isText || instructions === 'null' ? [] : [instructions]
  const usesNoTools = fieldsOf(sentArgs.text ?? '{}').get('tool_choice') === '"none"'
  const types = tools.texts.map((tool) => stringIn(fieldsOf(tool).get('type')) ?? '')
  return {
    fields: {
      instructions: isText ? instructions : undefined,
      tools: tools.texts.length === 0 ? undefined : `[${tools.texts.join(',')}]`,
      completion_args: sentArgs.text,
    },
    keepsThinking: model.reasons && args.mayReason,
    maxTokens: args.maxTokens,
    losses: [
      ...tools.losses,
      ...args.losses,
      ...sentArgs.losses,
      ...refused.map((value) => makeLoss('field-dropped', null, 'instructions', value)),
    ],
    blocks: tools.blocks,
    warnings: usesNoTools ? [] : warningsOf(types),
    secrets: tools.secrets,
  }
}

function warningsOf(types: readonly string[]): Warning[] {
  const warnings: Warning[] = []
  if (types.some((type) => type !== 'function')) warnings.push('tools-may-run')
  if (types.includes('function')) warnings.push('function-may-be-called')
  return warnings
}

/** Name, description, guardrails, and metadata with the stamp. Start accepts no other members of a row. */
function descriptiveFields(row: string, stamp: string): Pick<ConversationSettings, 'fields' | 'losses'> {
  const given = fieldsOf(row)
  const accepted = [...given].filter(([key, value]) => lookUp(checks, key)?.(value))
  const fields = Object.fromEntries(accepted.filter(([, value]) => value !== '[]'))
  const losses = droppedMembers(null, '', given, [...setElsewhere, ...accepted.map(([key]) => key)])
  const metadata = withStamp(fields['metadata'] ?? '{}', stamp)
  return {
    fields: Object.assign(fields, { metadata: metadata.text }),
    losses: [...losses, ...metadata.losses],
  }
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
