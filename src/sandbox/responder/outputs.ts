import type { Account } from '../account/account.ts'
import type { SandboxContext } from '../account/request-context.ts'
import { formatTimestamp } from '../id-generator.ts'
import type { Chunk, Draft, Responder } from './draft.ts'
import { makeImage } from './image.ts'

/** An output as the response contains it; the history has it with `completed_at` null. */
export type Output = Readonly<Record<string, unknown>> & { readonly type: string; readonly id: string }

/** Adds ids, times and files to drafts. */
export function makeOutputs(drafts: readonly Draft[], sandbox: SandboxContext, account: Account): Output[] {
  return drafts.map((draft) => makeOutput(draft, sandbox, account))
}

/** The JSON text of an output in the history. */
export function historyText(output: Output): string {
  return JSON.stringify({ ...output, completed_at: null })
}

function makeOutput(draft: Draft, sandbox: SandboxContext, account: Account): Output {
  const { ids, behaviour } = sandbox
  const common = (completes: boolean) => ({
    object: 'entry',
    created_at: formatTimestamp(ids.now()),
    completed_at: completes ? formatTimestamp(ids.now()) : null,
  })
  switch (draft.kind) {
    case 'message': {
      const content = withFiles(draft.content, sandbox, account)
      return {
        content,
        type: 'message.output',
        ...common(true),
        id: ids.create('msg'),
        ...author(draft.responder),
        role: 'assistant',
      }
    }
    case 'execution':
      return {
        name: draft.name,
        type: 'tool.execution',
        ...common(true),
        id: ids.create('tool_exec'),
        ...(behaviour.toolShape === 'specified'
          ? { arguments: draft.arguments }
          : draft.function !== undefined && { function: draft.function }),
        ...(draft.info && { info: draft.info }),
      }
    case 'call':
      return {
        tool_call_id: ids.callId(),
        name: draft.name,
        arguments: draft.arguments,
        type: 'function.call',
        ...common(false),
        id: ids.create('fc'),
      }
    case 'handoff':
      return {
        previous_agent_id: draft.from.agentId,
        previous_agent_name: draft.from.name,
        next_agent_id: draft.to.agentId,
        next_agent_name: draft.to.name,
        type: 'agent.handoff',
        ...common(true),
        id: ids.create('handoff'),
      }
  }
}

function author({ agentId, model }: Responder): object {
  return agentId === undefined ? { model } : { agent_id: agentId, model }
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
