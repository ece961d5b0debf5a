import { fieldsOf, stringIn, type Fields } from '../../../model/entries/fields.ts'
import { objectText } from '../../../model/json/json-text.ts'
import { lookUp } from '../../../model/json/parse-json.ts'
import type { Loss } from '../../loss.ts'
import type { Block, ReplayOptions, PlanTarget, TargetModel } from '../plan.ts'
import { changedString, makeLoss, type Source } from '../source.ts'

/** The model or agent that answers at the target. */
export interface ResolvedModel {
  /** `model`, or `agent_id` with an optional `agent_version`, for the body of start. */
  readonly fields: Readonly<Record<string, string>>
  /** The model, or the agent's model. */
  readonly model: TargetModel
  /**
   * Members with instructions, tools and completion arguments: of the row, or of the archived agent; `with-agent` if
   * the target agent has its own.
   */
  readonly settings: Fields | 'with-agent'
  /** Types of the target agent's tools. */
  readonly agentTools: readonly string[]
  readonly losses: readonly Loss[]
}

/** Finds the model or agent at the target for a conversation; returns a block if there is none. */
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
    subject: agent,
    reason: `the agent ${agent} is not mapped to one in the target account`,
    hint: `Use --map-agent ${agent}=ID, or --fallback-model to replace it by a model.`,
  }
}

function chooseModel(row: Fields, options: ReplayOptions, target: PlanTarget): ResolvedModel | Block {
  const name = stringIn(row.get('model'))
  const mappedName = name === null ? undefined : (lookUp(options.models, name) ?? name)
  const chosen = [mappedName, options.fallbackModel].find(
    (each) => typeof each === 'string' && lookUp(target.models, each) !== undefined,
  )
  if (typeof chosen !== 'string') return modelBlock(name ?? 'none', mappedName)
  const losses = changedString('model-mapped', null, 'model', row.get('model'), JSON.stringify(chosen))
  return { settings: row, losses, ...modelFields(chosen, target) }
}

function chooseAgent(row: Fields, agent: string, mapped: string, target: PlanTarget): ResolvedModel | Block {
  const facts = lookUp(target.agents, mapped)
  if (facts === undefined) {
    const reason = `the target has no agent ${mapped}`
    return { kind: 'agent', subject: agent, reason, hint: 'Make the plan again.' }
  }
  const id = JSON.stringify(mapped)
  const version = row.get('agent_version') ?? 'null'
  const isSame = mapped === agent // the same account, with the same versions
  const fields = isSame && version !== 'null' ? { agent_id: id, agent_version: version } : { agent_id: id }
  const losses = changedString('agent-mapped', null, 'agent_id', row.get('agent_id'), id)
  if (!isSame && version !== 'null') losses.push(makeLoss('agent-mapped', null, 'agent_version', version))
  for (const key of ['model', 'instructions', 'tools', 'completion_args']) {
    const value = row.get(key) ?? 'null'
    if (value !== 'null' && value !== '[]') losses.push(makeLoss('field-dropped', null, key, value))
  }
  return { fields, model: facts, settings: 'with-agent', agentTools: facts.tools, losses }
}

/** The model gets the archived agent's settings. Its handoffs are lost: those agents do not exist at the target. */
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
      subject: agent,
      reason: `the agent ${agent} is not in the archive, so its instructions and tools are unknown`,
      hint: `Run \`hansard backup\` while the agent exists, or use --map-agent ${agent}=ID.`,
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
    losses.push(makeLoss('field-dropped', null, 'handoffs', handoffs))
  }
  return { settings, losses, ...modelFields(model, target) }
}

function modelFields(
  name: string,
  target: PlanTarget,
): Pick<ResolvedModel, 'fields' | 'model' | 'agentTools'> {
  const model = lookUp(target.models, name) ?? { context: null, reasons: false }
  return { fields: { model: JSON.stringify(name) }, model, agentTools: [] }
}

function modelBlock(name: string, mappedName: string | undefined): Block {
  return {
    kind: 'model',
    subject: name,
    reason: `the target has no model ${mappedName ?? name}`,
    hint: `Use --map-model ${name}=NAME, or --fallback-model for all missing models.`,
  }
}
