import type { Account } from '../account/account.ts'
import type { SandboxContext } from '../account/request-context.ts'
import { timestamp } from '../id-generator.ts'
import type { Chunk, Draft, Speaker } from './draft.ts'
import { makeImage } from './image.ts'

/** An output as the reply has it; history has the same with `completed_at` null. */
export type Output = Readonly<Record<string, unknown>> & { readonly type: string; readonly id: string }

/** Gives drafts their ids, times and files. */
export function makeOutputs(drafts: readonly Draft[], world: SandboxContext, account: Account): Output[] {
  return drafts.map((draft) => makeOutput(draft, world, account))
}

/** The text of an output in the history. */
export function historyText(output: Output): string {
  return JSON.stringify({ ...output, completed_at: null })
}

function makeOutput(draft: Draft, world: SandboxContext, account: Account): Output {
  const { mint, behaviour } = world
  const common = (completes: boolean) => ({
    object: 'entry',
    created_at: timestamp(mint.now()),
    completed_at: completes ? timestamp(mint.now()) : null,
  })
  switch (draft.kind) {
    case 'message': {
      const content = withFiles(draft.content, world, account)
      return {
        content,
        type: 'message.output',
        ...common(true),
        id: mint.id('msg'),
        ...author(draft.speaker),
        role: 'assistant',
      }
    }
    case 'execution':
      return {
        name: draft.name,
        type: 'tool.execution',
        ...common(true),
        id: mint.id('tool_exec'),
        ...(behaviour.toolShape === 'specified'
          ? { arguments: draft.arguments }
          : draft.function !== undefined && { function: draft.function }),
        ...(draft.info && { info: draft.info }),
      }
    case 'call':
      return {
        tool_call_id: mint.callId(),
        name: draft.name,
        arguments: draft.arguments,
        type: 'function.call',
        ...common(false),
        id: mint.id('fc'),
      }
    case 'handoff':
      return {
        previous_agent_id: draft.from.agentId,
        previous_agent_name: draft.from.name,
        next_agent_id: draft.to.agentId,
        next_agent_name: draft.to.name,
        type: 'agent.handoff',
        ...common(true),
        id: mint.id('handoff'),
      }
  }
}

function author({ agentId, model }: Speaker): object {
  return agentId === undefined ? { model } : { agent_id: agentId, model }
}

function withFiles(
  content: string | readonly Chunk[],
  world: SandboxContext,
  account: Account,
): string | readonly Chunk[] {
  if (typeof content === 'string') return content
  return content.map((chunk) => {
    if (chunk.type === 'tool_file') return { ...chunk, file_id: makeImage(world, account) }
    if (chunk.type !== 'tool_reference' || world.behaviour.toolShape === 'captured') return chunk
    return Object.fromEntries(Object.entries(chunk).filter(([key]) => key !== 'source')) as Chunk
  })
}
