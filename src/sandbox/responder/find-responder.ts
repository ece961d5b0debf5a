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
  if (typeof agentId !== 'string') return { responder: modelResponder(row), completionArgs: argsOf(row) }
  const handedTo = entries.findLast(({ type }) => type === 'agent.handoff')?.nextAgent
  const current = typeof handedTo === 'string' ? handedTo : agentId
  const known = version === null || version === undefined || current !== agentId ? undefined : String(version)
  const agent = parsedAgent(account, current, known)
  return { responder: agentResponder(current, agent, account, true), completionArgs: argsOf(agent) }
}

function modelResponder(row: Readonly<Record<string, unknown>>): Responder {
  const model = String(row['model'])
  return {
    agentId: undefined,
    name: model,
    model,
    reasons: reasons(model, row),
    tools: toolsOf(row),
    handoffs: [],
  }
}

function agentResponder(
  id: string,
  agent: Readonly<Record<string, unknown>>,
  account: Account,
  mayHandOver: boolean,
): Responder {
  const model = typeof agent['model'] === 'string' ? agent['model'] : 'mistral-medium-latest'
  const handoffs = mayHandOver && Array.isArray(agent['handoffs']) ? agent['handoffs'].map(String) : []
  return {
    agentId: id,
    name: typeof agent['name'] === 'string' ? agent['name'] : id,
    model,
    reasons: reasons(model, agent),
    tools: toolsOf(agent),
    handoffs: handoffs.map((next) => agentResponder(next, parsedAgent(account, next), account, false)),
  }
}

function parsedAgent(account: Account, id: string, version?: string): Record<string, unknown> {
  const agent: unknown = JSON.parse(account.agents.get(id, version) ?? account.agents.get(id) ?? '{}')
  return isObject(agent) ? agent : {}
}

function reasons(model: string, settings: Readonly<Record<string, unknown>>): boolean {
  return (findModel(model)?.reasons ?? false) && argsOf(settings)['reasoning_effort'] !== 'none'
}

function argsOf({ completion_args: args }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return isObject(args) ? args : {}
}

function toolsOf({ tools }: Readonly<Record<string, unknown>>): readonly Tool[] {
  return Array.isArray(tools) ? (tools.filter(isObject) as unknown as Tool[]) : []
}
