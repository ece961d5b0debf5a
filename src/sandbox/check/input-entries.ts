import type { Behaviour } from '../behaviour.ts'
import * as v from './validators.ts'

/** The inputs of start, append and restart. */
export function inputEntries(behaviour: Behaviour): v.Validator {
  const common = {
    object: v.literal('entry'),
    type: v.string,
    created_at: v.string,
    completed_at: v.nullableString,
    id: behaviour.inputIds === 'accept' ? v.string : v.forbidden,
  }
  const fromModel = { ...common, agent_id: v.nullableString, model: v.nullableString }
  const confirmation = v.nullable(v.literal('pending', 'allowed', 'denied'))
  const content = v.stringOr(chunks(chunkTypes))
  const outputChunks = { ...chunkTypes, tool_reference: unless(behaviour.toolReferenceInputs, toolReference) }
  const handoff = {
    previous_agent_id: v.string,
    previous_agent_name: v.string,
    next_agent_id: v.string,
    next_agent_name: v.string,
  }
  const types = {
    'message.input': v.fields(
      { role: v.literal('user', 'assistant'), content },
      { ...common, prefix: v.boolean },
    ),
    'message.output': v.fields(
      { content: v.stringOr(chunks(outputChunks)) },
      { ...fromModel, role: v.literal('assistant') },
    ),
    'function.call': v.fields(
      { tool_call_id: v.string, name: v.string, arguments: v.stringOr(v.dict) },
      { ...fromModel, confirmation_status: confirmation },
    ),
    'function.result': v.fields({ tool_call_id: v.string, result: v.string }, common),
    'tool.execution': unless(
      behaviour.toolExecutionInputs,
      v.fields({ name: v.string, arguments: v.string }, { ...fromModel, info: v.dict }),
    ),
    'agent.handoff': unless(behaviour.handoffInputs, v.fields(handoff, common)),
  }
  return v.list(v.tagged(types, 'message.input'))
}

const type = v.string
const text = v.fields({ text: v.string }, { type })
const toolReference = v.fields(
  { tool: v.string, title: v.string },
  { type, url: v.nullableString, favicon: v.nullableString, description: v.nullableString },
)
const reference = v.fields({ reference_ids: v.list(v.anything) }, { type })
const imageUrl = v.fields({ url: v.string }, { detail: v.nullable(v.literal('low', 'auto', 'high')) })

/** The chunks that every message can have. */
const chunkTypes = {
  text,
  image_url: v.fields({ image_url: v.stringOr(imageUrl) }, { type }),
  document_url: v.fields({ document_url: v.string }, { type, document_name: v.nullableString }),
  tool_file: v.fields(
    { tool: v.string, file_id: v.string },
    { type, file_name: v.nullableString, file_type: v.nullableString },
  ),
  thinking: v.fields(
    { thinking: chunks({ text, tool_reference: toolReference, reference }) },
    { type, signature: v.nullableString, closed: v.boolean },
  ),
}

function chunks(types: Readonly<Record<string, v.Validator>>): v.Validator {
  return v.list(v.tagged(types, 'text'))
}

function unless(setting: 'accept' | 'refuse', validator: v.Validator): v.Validator {
  if (setting === 'accept') return validator
  return (_, loc) => v.issue('value_error', loc, 'This type is not supported as an input')
}
