import { isDeepStrictEqual } from 'node:util'

import { member, members, withMember } from '../../model/json/json-text.ts'
import { readBody, type Body, type RequestContext } from '../account/request-context.ts'
import { checkTools } from '../check/strict-checks.ts'
import { formatTimestamp } from '../id-generator.ts'
import { missing } from '../responses/error-responses.ts'
import { jsonResponse, type SandboxResponse } from '../responses/sandbox-response.ts'
import { readPage } from './paging.ts'

/** `GET /v1/agents/{id}`, with an optional version in the query. */
export function getAgent(request: RequestContext): SandboxResponse {
  return jsonResponse(findAgent(request, request.query.get('agent_version') ?? undefined))
}

/** `GET /v1/agents/{id}/versions/{version}`. */
export function getAgentVersion(request: RequestContext): SandboxResponse {
  return jsonResponse(findAgent(request, request.version))
}

/** `GET /v1/agents/{id}/versions`: a bare array, newest first. */
export function listAgentVersions(request: RequestContext): SandboxResponse {
  findAgent(request)
  const { from, size } = readPage(request.query, 20, 100, 'refuse')
  const versions = request.account.agents.versions(request.id).slice(from, from + size)
  return jsonResponse(`[${versions.join(',')}]`)
}

/** `POST /v1/agents`. */
export function createAgent(request: RequestContext): SandboxResponse {
  const body = readBody(request, request.sandbox.validators.createAgent)
  checkTools(body.value['tools'], request.sandbox.behaviour)
  const { ids } = request.sandbox
  const now = formatTimestamp(ids.now())
  const own = {
    object: 'agent',
    id: ids.create('ag'),
    version: 0,
    versions: [0],
    created_at: now,
    updated_at: now,
    deployment_chat: false,
    source: 'api',
  }
  const agent = withMembers(JSON.stringify(own), body, request.body)
  request.account.addAgent(agent)
  return jsonResponse(agent)
}

/** `PATCH /v1/agents/{id}`: creates a new version, unless nothing changes. */
export function updateAgent(request: RequestContext): SandboxResponse {
  const body = readBody(request, request.sandbox.validators.updateAgent)
  checkTools(body.value['tools'], request.sandbox.behaviour)
  const { ids } = request.sandbox
  const before = findAgent(request)
  const changed = withMembers(before, body, request.body)
  if (isDeepStrictEqual(JSON.parse(changed), JSON.parse(before))) return jsonResponse(before)
  const version = Number(member(before, 'version')?.value) + 1
  const numbered = withMember(changed, 'version', String(version))
  request.account.agents.addVersion(
    request.id,
    withMember(numbered, 'updated_at', `"${formatTimestamp(ids.now())}"`),
  )
  return jsonResponse(findAgent(request))
}

function findAgent({ account, id }: RequestContext, version?: string): string {
  const agent = account.agents.get(id, version)
  if (agent === undefined) throw missing('Agent', version === undefined ? id : `${id} version ${version}`)
  return agent
}

function withMembers(agent: string, body: Body, sent: string): string {
  return members(sent).reduce((text, { key }) => {
    const value = body.text(key)
    return value === undefined ? text : withMember(text, key, value)
  }, agent)
}
