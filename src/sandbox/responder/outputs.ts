import type { Account } from '../account/account.ts'
import type { SandboxContext } from '../account/request-context.ts'
import { formatTimestamp, type IdKind } from '../id-generator.ts'
import type { Chunk, Draft } from './draft.ts'

/** An output as the response contains it; the history has it with `completed_at` null. */
export type Output = Readonly<Record<string, unknown>> & { readonly type: string; readonly id: string }

/** The JSON text of an output in the history. */
export function historyText(output: Output): string {
  return JSON.stringify({ ...output, completed_at: null })
}

/** Makes an output of a draft: adds its id, its times and its files. */
export function makeOutput(draft: Draft, sandbox: SandboxContext, account: Account): Output {
  const { ids, behaviour } = sandbox
  const stamp = (type: string, idKind: IdKind) => ({
    type,
    object: 'entry',
    created_at: formatTimestamp(ids.now()),
    completed_at: draft.kind === 'call' ? null : formatTimestamp(ids.now()),
    id: ids.create(idKind),
  })
  switch (draft.kind) {
    case 'message': {
      const { agentId, model } = draft.responder
      const author = agentId === undefined ? { model } : { agent_id: agentId, model }
      const content = withFiles(draft.content, sandbox, account)
      return { content, ...stamp('message.output', 'msg'), ...author, role: 'assistant' }
    }
    case 'execution': {
      const { name, arguments: args, function: lookup, info } = draft
      const shape = behaviour.toolShape === 'specified' ? { arguments: args } : lookup && { function: lookup }
      return { name, ...stamp('tool.execution', 'tool_exec'), ...shape, ...(info && { info }) }
    }
    case 'call': {
      const { name, arguments: args } = draft
      return { tool_call_id: ids.callId(), name, arguments: args, ...stamp('function.call', 'fc') }
    }
    case 'handoff':
      return {
        previous_agent_id: draft.from.agentId,
        previous_agent_name: draft.from.name,
        next_agent_id: draft.to.agentId,
        next_agent_name: draft.to.name,
        ...stamp('agent.handoff', 'handoff'),
      }
  }
}

function withFiles(
  content: string | readonly Chunk[],
  sandbox: SandboxContext,
  account: Account,
): string | readonly Chunk[] {
  if (typeof content === 'string') return content
  return content.map((chunk) => {
    if (chunk.type === 'tool_file') return { ...chunk, file_id: makeImage(sandbox, account) }
    if (chunk.type !== 'tool_reference' || sandbox.behaviour.toolShape === 'captured') return chunk
    return Object.fromEntries(Object.entries(chunk).filter(([key]) => key !== 'source')) as Chunk
  })
}

/** One transparent pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

/** Adds an image to the account's files and returns its id. An image ends with its id, so no two are equal. */
function makeImage({ ids, clock, behaviour }: SandboxContext, account: Account): string {
  const id = ids.uuid()
  const content = Buffer.concat([PIXEL, Buffer.from(id)])
  const created = Math.floor(clock().getTime() / 1000)
  const metadata = {
    id,
    object: 'file',
    bytes: content.length,
    created_at: created,
    filename: 'image_generated_0.png',
    purpose: 'batch',
    sample_type: 'batch_result',
    num_lines: null,
    mimetype: 'image/png',
    source: 'mistral',
    signature: null,
    expires_at: created + behaviour.generatedFileSeconds,
    visibility: 'user',
    deleted: false,
  }
  account.addFile({ metadata: JSON.stringify(metadata), content })
  return id
}
