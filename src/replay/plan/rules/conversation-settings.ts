import { fieldsOf, stringIn } from '../../../model/entries/fields.ts'
import {
  isArrayText,
  isObjectText,
  member,
  withMember,
  withoutMembers,
} from '../../../model/json/json-text.ts'
import type { Loss } from '../../loss.ts'
import { isDict, isListOf } from '../field-filter.ts'
import type { Block, ReplayOptions, PlanTarget, TargetModel, Warning } from '../plan.ts'
import { lossOf, step, type Source } from '../source.ts'
import { STAMP_KEY } from '../stamp.ts'
import { carryTools } from './carry-tools.ts'
import { completionArgs, silenced } from './completion-args.ts'
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

/** Says what the copy of a conversation is told to be: who answers, and how. */
export function conversationSettings(
  source: Source,
  options: ReplayOptions,
  target: PlanTarget,
  { stamp, naming }: { readonly stamp: string; readonly naming: Naming },
): ConversationSettings {
  const speaker = resolveModel(source, options, target)
  const about = aboutOf(source.row, stamp)
  if ('kind' in speaker) return { ...nobody, losses: about.losses, blocks: [speaker] }
  const how =
    speaker.settings === 'with-agent' ? withAgent(speaker, options) : withModel(speaker, options, naming)
  return {
    ...how,
    fields: { ...speaker.fields, ...how.fields, ...about.fields },
    model: speaker.model,
    losses: [...speaker.losses, ...how.losses, ...about.losses],
  }
}

const nobody = {
  fields: {},
  model: undefined,
  keepsThinking: false,
  maxTokens: undefined,
  warnings: [],
  secrets: [],
}

type How = Omit<ConversationSettings, 'model'>

/** An agent brings its own settings, and start refuses any beside it. */
function withAgent({ model, agentTools }: ResolvedModel, { rebuild }: ReplayOptions): How {
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

function withModel({ model, settings }: ResolvedModel, options: ReplayOptions, naming: Naming): How {
  const given = settings === 'with-agent' ? new Map<string, string>() : settings
  const tools = carryTools(given.get('tools'), { ...options, naming })
  const args = completionArgs(given.get('completion_args'), model.reasons)
  const isQuiet = options.rebuild === 'quiet' && tools.texts.length > 0
  const told = isQuiet ? silenced(args.text) : { text: args.text, losses: [] }
  const instructions = given.get('instructions') ?? 'null'
  const areWords = stringIn(instructions) !== null
  const isSilent = fieldsOf(told.text ?? '{}').get('tool_choice') === '"none"'
  const types = tools.texts.map((tool) => stringIn(fieldsOf(tool).get('type')) ?? '')
  return {
    fields: {
      instructions: areWords ? instructions : undefined,
      tools: tools.texts.length === 0 ? undefined : `[${tools.texts.join(',')}]`,
      completion_args: told.text,
    },
    keepsThinking: model.reasons && args.mayReason,
    maxTokens: args.maxTokens,
    losses: [
      ...tools.losses,
      ...args.losses,
      ...told.losses,
      ...(areWords || instructions === 'null'
        ? []
        : [lossOf('field-dropped', null, 'instructions', instructions, null)]),
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
function aboutOf(
  row: string,
  stamp: string,
): { fields: Record<string, string | undefined>; losses: readonly Loss[] } {
  const given = fieldsOf(row)
  const fields: Record<string, string | undefined> = {}
  const losses: Loss[] = []
  for (const [key, value] of given) {
    if (told.includes(key) || value === 'null') continue
    const fits = Object.hasOwn(checks, key) && checks[key]?.(value) === true
    if (!fits) losses.push(lossOf('field-dropped', null, step('', key), value, null))
    else if (value !== '[]') fields[key] = value
  }
  const metadata = stamped(fields['metadata'] ?? '{}', stamp)
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
  guardrails: (text) => isArrayText(text) && isListOf(isDict)(JSON.parse(text)),
  metadata: isObjectText,
}

/** Adds the stamp; a copy of a copy is stamped anew. */
function stamped(metadata: string, stamp: string): { text: string; losses: Loss[] } {
  const earlier = member(metadata, STAMP_KEY)
  const value = JSON.stringify(stamp)
  const path = `metadata.${STAMP_KEY}`
  return {
    text: withMember(withoutMembers(metadata, [STAMP_KEY]), STAMP_KEY, value),
    losses: earlier === undefined ? [] : [lossOf('metadata-stamped', null, path, earlier.value, value)],
  }
}
