import { isObject } from '../../model/json/parse-json.ts'
import type { Account } from '../account/account.ts'
import { findModel } from '../account/models.ts'
import type { ParsedEntry } from '../check/parsed-entry.ts'
import type { Responder, Tool } from './draft.ts'

/** The responder of a conversation, and the completion arguments to use unless the request has its own. */
export interface ResponderSettings {
  readonly responder: Responder
  readonly completionArgs: Readonly<Record<string, unknown>>
}

/** Finds the responder in a parsed row or in the body of start. An unknown agent responds like a plain model. */
export function findResponder(
  row: Readonly<Record<string, unknown>>,
  account: Account,
  entries: readonly ParsedEntry[],
): ResponderSettings {
  const { agent_id: agentId, agent_version: version } = row
  if (typeof agentId !== 'string') {
    const model = String(row['model'])
    return { responder: { ...settingsOf(row, model), name: model }, completionArgs: argsOf(row) }
  }
  const handedTo = entries.findLast(({ type }) => type === 'agent.handoff')?.nextAgent
  const current = typeof handedTo === 'string' ? handedTo : agentId
  const known = version === null || version === undefined || current !== agentId ? undefined : String(version)
  const agent = parsedAgent(account, current, known)
  const handoffs = Array.isArray(agent['handoffs']) ? agent['handoffs'].map(String) : []
  const others = handoffs.map((id) => agentResponder(id, parsedAgent(account, id)))
  return { responder: { ...agentResponder(current, agent), handoffs: others }, completionArgs: argsOf(agent) }
}

function agentResponder(agentId: string, agent: Readonly<Record<string, unknown>>): Responder {
  const model = typeof agent['model'] === 'string' ? agent['model'] : 'mistral-medium-latest'
  const name = typeof agent['name'] === 'string' ? agent['name'] : agentId
  return { ...settingsOf(agent, model), agentId, name }
}

function settingsOf(settings: Readonly<Record<string, unknown>>, model: string): Omit<Responder, 'name'> {
  const { tools } = settings
  const reasons = findModel(model)?.reasons === true && argsOf(settings)['reasoning_effort'] !== 'none'
  const definitions = Array.isArray(tools) ? (tools.filter(isObject) as unknown as Tool[]) : []
  return { model, reasons, tools: definitions, handoffs: [] }
}

function parsedAgent(account: Account, id: string, version?: string): Record<string, unknown> {
  const agent: unknown = JSON.parse(account.agents.get(id, version) ?? account.agents.get(id) ?? '{}')
  return isObject(agent) ? agent : {}
}

function argsOf({ completion_args: args }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return isObject(args) ? args : {}
}
