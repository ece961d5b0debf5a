import { eventText } from '../responses/sandbox-response.ts'
import type { Chunk } from './draft.ts'
import type { Output } from './outputs.ts'
import type { Usage } from './usage.ts'

/** Returns the events of a response as text, in the order and shape of the captured stream. */
export function eventsOf(conversationId: string, outputs: readonly Output[], usage: Usage): string[] {
  return [
    eventText('conversation.response.started', { conversation_id: conversationId }),
    ...outputs.flatMap(eventsOfOutput),
    eventText('conversation.response.done', { usage: sparse(usage) }),
  ]
}

function eventsOfOutput(output: Output, index: number): string[] {
  const at = { output_index: index, id: output.id }
  switch (output.type) {
    case 'tool.execution':
      return executionEvents(output, at)
    case 'function.call':
      return callEvents(output, at)
    case 'agent.handoff': {
      const { previous_agent_id, previous_agent_name, next_agent_id, next_agent_name } = output
      return [
        eventText('agent.handoff.started', { ...at, previous_agent_id, previous_agent_name }),
        eventText('agent.handoff.done', { ...at, next_agent_id, next_agent_name }),
      ]
    }
    default:
      return messageEvents(output, at)
  }
}

/** The captured shape has no arguments and no deltas; the specified shape has arguments everywhere. */
function executionEvents({ name, arguments: args, info }: Output, at: object): string[] {
  const specified = args !== undefined
  return [
    eventText('tool.execution.started', { ...at, name, ...(specified && { arguments: '' }) }),
    ...(specified ? [eventText('tool.execution.delta', { ...at, name, arguments: args })] : []),
    eventText('tool.execution.done', { ...at, name, ...(info !== undefined && { info }) }),
  ]
}

function callEvents({ name, tool_call_id, arguments: args }: Output, at: object): string[] {
  const text = String(args)
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)].map((part) =>
    eventText('function.call.delta', { ...at, name, tool_call_id, arguments: part }),
  )
}

function messageEvents({ content, model, agent_id }: Output, at: object): string[] {
  const chunks = typeof content === 'string' ? [{ type: 'text', text: content }] : (content as Chunk[])
  return chunks.flatMap((chunk, content_index) => {
    const parts = chunk.type === 'text' ? words(String(chunk['text'])) : [chunk]
    return parts.map((part) => {
      const who = { model, ...(agent_id !== undefined && { agent_id }), role: 'assistant' }
      return eventText('message.output.delta', { ...at, content_index, ...who, content: part })
    })
  })
}

/** Splits a text into words with the white space before them, as tokens. */
function words(text: string): string[] {
  return text.match(/\s*\S+\s*$|\s*\S+|\s+$/g) ?? ['']
}

function sparse(usage: Usage): object {
  return Object.fromEntries(Object.entries(usage).filter(([, count]) => count !== null))
}
