import { isDeepStrictEqual } from 'node:util'

import { member, members, withMember } from '../../model/json/json-text.ts'
import { readBody, type Body, type RequestContext } from '../account/request-context.ts'
import { checkTools } from '../check/strict-checks.ts'
import { timestamp } from '../id-generator.ts'
import { missing } from '../replies/error-responses.ts'
import { jsonReply, type Reply } from '../replies/reply.ts'
import { readPage } from './paging.ts'

/** `GET /v1/agents/{id}`, of a version if the query names one. */
export function getAgent(call: RequestContext): Reply {
  return jsonReply(known(call, call.query.get('agent_version') ?? undefined))
}

/** `GET /v1/agents/{id}/versions/{version}`. */
export function getAgentVersion(call: RequestContext): Reply {
  return jsonReply(known(call, call.version))
}

/** `GET /v1/agents/{id}/versions`: newest first, a bare array. */
export function listAgentVersions(call: RequestContext): Reply {
  known(call)
  const { from, size } = readPage(call.query, 20, 100, 'refuse')
  const versions = call.account.agents.versions(call.id).slice(from, from + size)
  return jsonReply(`[${versions.join(',')}]`)
}

/** `POST /v1/agents`. */
export function createAgent(call: RequestContext): Reply {
  const body = readBody(call, call.world.shapes.createAgent)
  checkTools(body.value['tools'], call.world.behaviour)
  const { mint } = call.world
  const now = timestamp(mint.now())
  const own = {
    object: 'agent',
    id: mint.id('ag'),
    version: 0,
    versions: [0],
    created_at: now,
    updated_at: now,
    deployment_chat: false,
    source: 'api',
  }
  const agent = withAll(JSON.stringify(own), body, call.body)
  call.account.addAgent(agent)
  return jsonReply(agent)
}

/** `PATCH /v1/agents/{id}`: a new version, unless nothing changes. */
export function updateAgent(call: RequestContext): Reply {
  const body = readBody(call, call.world.shapes.updateAgent)
  checkTools(body.value['tools'], call.world.behaviour)
  const { mint } = call.world
  const before = known(call)
  const changed = withAll(before, body, call.body)
  if (isDeepStrictEqual(JSON.parse(changed), JSON.parse(before))) return jsonReply(before)
  const version = Number(member(before, 'version')?.value) + 1
  const numbered = withMember(changed, 'version', String(version))
  call.account.agents.addVersion(call.id, withMember(numbered, 'updated_at', `"${timestamp(mint.now())}"`))
  return jsonReply(known(call))
}

function known({ account, id }: RequestContext, version?: string): string {
  const agent = account.agents.get(id, version)
  if (agent === undefined) throw missing('Agent', version === undefined ? id : `${id} version ${version}`)
  return agent
}

function withAll(agent: string, body: Body, sent: string): string {
  return members(sent).reduce((text, { key }) => {
    const value = body.text(key)
    return value === undefined ? text : withMember(text, key, value)
  }, agent)
}
