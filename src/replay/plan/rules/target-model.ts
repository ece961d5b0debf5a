import { fieldsOf, stringIn } from '../../../model/entries/fields.ts'
import { objectText } from '../../../model/json/json-text.ts'
import type { Loss } from '../../loss.ts'
import type { Block, ReplayOptions, PlanTarget, TargetModel } from '../plan.ts'
import { makeLoss, type Source } from '../source.ts'

/** Who answers over there. */
export interface ResolvedModel {
  /** `model`, or `agent_id` and perhaps `agent_version`, for the body of start. */
  readonly fields: Readonly<Record<string, string>>
  /** What is known of the model behind. */
  readonly model: TargetModel
  /** Where instructions, tools and arguments stand: members of the row, of the archived agent, or with the agent over there. */
  readonly settings: ReadonlyMap<string, string> | 'with-agent'
  /** The types of the tools that an agent over there has. */
  readonly agentTools: readonly string[]
  readonly losses: readonly Loss[]
}

/** Finds who takes the place of a conversation's model or agent; a block where nobody does. */
export function resolveModel(
  source: Source,
  options: ReplayOptions,
  target: PlanTarget,
): ResolvedModel | Block {
  const row = fieldsOf(source.row)
  const agent = stringIn(row.get('agent_id'))
  if (agent === null) return chooseModel(row, options, target)
  const mapped = lookUp(options.agents, agent)
  if (mapped !== undefined) return chooseAgent(row, agent, mapped, target)
  if (options.fallbackModel !== null) return agentAsModel(source, agent, options.fallbackModel, target)
  return {
    kind: 'agent',
    reason: `the agent ${agent} has no counterpart over there`,
    hint: `Name one with --map-agent ${agent}=ID, or a model that takes its place with --fallback-model.`,
  }
}

function chooseModel(
  row: ReadonlyMap<string, string>,
  options: ReplayOptions,
  target: PlanTarget,
): ResolvedModel | Block {
  const name = stringIn(row.get('model'))
  const wanted = name === null ? undefined : (lookUp(options.models, name) ?? name)
  const chosen = [wanted, options.fallbackModel].find(
    (each) => typeof each === 'string' && lookUp(target.models, each) !== undefined,
  )
  if (typeof chosen !== 'string') return modelBlock(name ?? 'none', wanted)
  const losses =
    chosen === name
      ? []
      : [makeLoss('model-mapped', null, 'model', row.get('model') ?? null, JSON.stringify(chosen))]
  return { ...modelFields(chosen, target), settings: row, losses }
}

function chooseAgent(
  row: ReadonlyMap<string, string>,
  agent: string,
  mapped: string,
  target: PlanTarget,
): ResolvedModel | Block {
  const facts = lookUp(target.agents, mapped)
  if (facts === undefined) {
    return { kind: 'agent', reason: `the target has no agent ${mapped}`, hint: 'Plan again.' }
  }
  const id = JSON.stringify(mapped)
  const version = row.get('agent_version') ?? 'null'
  const isSame = mapped === agent // the same account: its versions are there too
  const fields = isSame && version !== 'null' ? { agent_id: id, agent_version: version } : { agent_id: id }
  const losses = isSame ? [] : [makeLoss('agent-mapped', null, 'agent_id', row.get('agent_id') ?? null, id)]
  if (!isSame && version !== 'null') {
    losses.push(makeLoss('agent-mapped', null, 'agent_version', version, null))
  }
  for (const key of ['model', 'instructions', 'tools', 'completion_args']) {
    const value = row.get(key) ?? 'null'
    if (value !== 'null' && value !== '[]') losses.push(makeLoss('field-dropped', null, key, value, null))
  }
  return { fields, model: facts, settings: 'with-agent', agentTools: facts.tools, losses }
}

/** The archived agent says how the model is to be; whom it would hand over to is nobody's knowledge over there. */
function agentAsModel(
  source: Source,
  agent: string,
  model: string,
  target: PlanTarget,
): ResolvedModel | Block {
  if (lookUp(target.models, model) === undefined) return modelBlock(model, model)
  if (source.agent === undefined) {
    return {
      kind: 'agent-not-archived',
      reason: `the agent ${agent} is not in the archive, so that nobody knows its instructions and tools`,
      hint: `Run \`hansard backup\` while the agent exists, or name a counterpart with --map-agent ${agent}=ID.`,
    }
  }
  const settings = fieldsOf(source.agent)
  const handoffs = settings.get('handoffs') ?? 'null'
  const before = objectText({
    agent_id: JSON.stringify(agent),
    agent_version: fieldsOf(source.row).get('agent_version'),
    model: settings.get('model'),
  })
  const losses = [makeLoss('agent-as-model', null, 'agent_id', before, JSON.stringify(model))]
  if (handoffs !== 'null' && handoffs !== '[]') {
    losses.push(makeLoss('field-dropped', null, 'handoffs', handoffs, null))
  }
  return { ...modelFields(model, target), settings, losses }
}

function modelFields(
  name: string,
  target: PlanTarget,
): Pick<ResolvedModel, 'fields' | 'model' | 'agentTools'> {
  const model = lookUp(target.models, name) ?? { context: null, reasons: false }
  return { fields: { model: JSON.stringify(name) }, model, agentTools: [] }
}

function modelBlock(name: string, wanted: string | undefined): Block {
  return {
    kind: 'model',
    reason: `the target has no model ${wanted ?? name}`,
    hint: `Name another with --map-model ${name}=NAME, or one for all such with --fallback-model.`,
  }
}

/** Names come from outside: one such as `constructor` must find nothing. */
function lookUp<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
