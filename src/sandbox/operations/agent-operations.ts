import { isDeepStrictEqual } from 'node:util'

import { member, members, withMember } from '../../model/json/json-text.ts'
import { readBody, type Body, type RequestContext } from '../account/request-context.ts'
import { checkTools } from '../check/strict-checks.ts'
import type { Validator } from '../check/validators.ts'
import { formatTimestamp } from '../id-generator.ts'
import { missing } from '../responses/error-responses.ts'
import { jsonResponse, type SandboxResponse } from '../responses/sandbox-response.ts'
import { takePage } from './paging.ts'

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
  const versions = request.account.agents.versions(request.id)
  return jsonResponse(`[${takePage(versions, request.query, 20, 100, 'refuse').join(',')}]`)
}

/** `POST /v1/agents`. */
export function createAgent(request: RequestContext): SandboxResponse {
  const { ids, validators } = request.sandbox
  const body = readAgent(request, validators.createAgent)
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
  const { ids, validators } = request.sandbox
  const body = readAgent(request, validators.updateAgent)
  const before = findAgent(request)
  const changed = withMembers(before, body, request.body)
  if (isDeepStrictEqual(JSON.parse(changed), JSON.parse(before))) return jsonResponse(before)
  const version = Number(member(before, 'version')?.value) + 1
  const timed = withMember(changed, 'updated_at', `"${formatTimestamp(ids.now())}"`)
  request.account.agents.addVersion(request.id, withMember(timed, 'version', String(version)))
  return jsonResponse(findAgent(request))
}

function findAgent({ account, id }: RequestContext, version?: string): string {
  const agent = account.agents.get(id, version)
  if (agent === undefined) throw missing('Agent', version === undefined ? id : `${id} version ${version}`)
  return agent
}

function readAgent(request: RequestContext, validator: Validator): Body {
  const body = readBody(request, validator)
  checkTools(body.value['tools'], request.sandbox.behaviour)
  return body
}

function withMembers(agent: string, body: Body, sent: string): string {
  return members(sent).reduce((text, { key }) => {
    const value = body.text(key)
    return value === undefined ? text : withMember(text, key, value)
  }, agent)
}
