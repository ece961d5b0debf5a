import { objectText } from '../../model/json/json-text.ts'
import { findModel } from '../account/models.ts'
import { readBody, type Body, type RequestContext } from '../account/request-context.ts'
import type { Behaviour } from '../behaviour.ts'
import { formatTimestamp } from '../id-generator.ts'
import { badRequest, invalidAt, missing } from '../responses/error-responses.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'
import { deliverNewConversation, prepareCompletion } from './completion.ts'
import { completionArgsText, readInputs } from './read-inputs.ts'

/** `POST /v1/conversations`. */
export function startConversation(request: RequestContext): SandboxResponse {
  const { ids, validators } = request.sandbox
  const body = readBody(request, validators.start)
  checkKind(request, body)
  const inputs = readInputs(body, ids)
  const story = { row: rowText(request, body), entries: inputs }
  const completion = prepareCompletion(request, body, body.value, [], inputs)
  return deliverNewConversation(request, body, story, completion)
}

/** A conversation belongs to a model or to an agent, never to both. */
function checkKind({ account }: RequestContext, body: Body): void {
  const { model, agent_id: agentId, agent_version: version } = body.value
  if (typeof agentId !== 'string') {
    if (typeof model !== 'string') throw invalidAt(['body'], 'Either model or agent_id must be given')
    if (findModel(model) === undefined) throw badRequest(`Invalid model: ${model}`, '1500', 'invalid_model')
    return
  }
  for (const field of ['model', 'instructions', 'tools', 'completion_args']) {
    if (body.text(field) === undefined || body.text(field) === '[]') continue
    throw invalidAt(['body', field], 'Not allowed together with agent_id')
  }
  const known = version === null || version === undefined ? undefined : String(version)
  if (account.agents.get(agentId, known) === undefined) throw missing('Agent', agentId)
}

/** Builds the row, its members in the captured order and every value as it was sent. */
function rowText({ sandbox: { ids, behaviour }, account }: RequestContext, body: Body): string {
  const created = ids.now()
  const agentId = body.text('agent_id')
  const ofModel = {
    model: body.text('model'),
    instructions: body.text('instructions') ?? 'null',
    tools: body.text('tools') ?? '[]',
    completion_args: completionArgsText(body, behaviour.completionArgs),
  }
  const version = body.text('agent_version') ?? newestVersion(account.agents, agentId)
  const ofAgent = { agent_id: agentId, agent_version: versionText(behaviour.agentVersion, version) }
  return objectText({
    id: `"${ids.create('conv')}"`,
    created_at: `"${formatTimestamp(created)}"`,
    updated_at: `"${formatTimestamp(created + 1)}"`,
    ...(agentId === undefined ? ofModel : ofAgent),
    guardrails: body.text('guardrails'),
    name: body.text('name') ?? 'null',
    description: body.text('description') ?? 'null',
    metadata: body.text('metadata'),
    object: '"conversation"',
  })
}

function versionText(setting: Behaviour['agentVersion'], version: string): string | undefined {
  const number = version.replaceAll('"', '')
  return { absent: undefined, integer: number, string: `"${number}"`, null: 'null' }[setting]
}

function newestVersion(agents: RequestContext['account']['agents'], agentId: string | undefined): string {
  const agent = agents.get(JSON.parse(agentId ?? '""') as string) ?? '{}'
  return String((JSON.parse(agent) as { version?: number }).version ?? 0)
}
