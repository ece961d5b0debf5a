import type { Behaviour } from '../behaviour.ts'
import {
  anything,
  issue,
  dict,
  fields,
  forbidden,
  list,
  nullable,
  tagged,
  string,
  stringOr,
  boolean,
  literal,
  type Validator,
} from './validators.ts'

/** The inputs of start, append and restart. */
export function inputEntries(behaviour: Behaviour): Validator {
  const common = {
    object: literal('entry'),
    type: string,
    created_at: string,
    completed_at: nullable(string),
    id: behaviour.inputIds === 'accept' ? string : forbidden,
  }
  const author = { agent_id: nullable(string), model: nullable(string) }
  const outputChunks = chunks({ tool_reference: unless(behaviour.toolReferenceInputs, toolReference) })
  return list(
    tagged(
      {
        'message.input': fields(
          { ...common, role: literal('user', 'assistant'), content: stringOr(chunks({})), prefix: boolean },
          ['role', 'content'],
        ),
        'message.output': fields(
          { ...common, ...author, role: literal('assistant'), content: stringOr(outputChunks) },
          ['content'],
        ),
        'function.call': fields(
          {
            ...common,
            ...author,
            tool_call_id: string,
            name: string,
            arguments: stringOr(dict),
            confirmation_status: nullable(literal('pending', 'allowed', 'denied')),
          },
          ['tool_call_id', 'name', 'arguments'],
        ),
        'function.result': fields({ ...common, tool_call_id: string, result: string }, [
          'tool_call_id',
          'result',
        ]),
        'tool.execution': unless(
          behaviour.toolExecutionInputs,
          fields({ ...common, ...author, name: string, arguments: string, info: dict }, [
            'name',
            'arguments',
          ]),
        ),
        'agent.handoff': unless(behaviour.handoffInputs, handoff(common)),
      },
      'message.input',
    ),
  )
}

const toolReference = fields(
  {
    type: string,
    tool: string,
    title: string,
    url: nullable(string),
    favicon: nullable(string),
    description: nullable(string),
  },
  ['tool', 'title'],
)

function chunks(more: Readonly<Record<string, Validator>>): Validator {
  const plain = fields({ type: string, text: string }, ['text'])
  const imageUrl = fields({ url: string, detail: nullable(literal('low', 'auto', 'high')) }, ['url'])
  const reference = fields({ type: string, reference_ids: list(anything) }, ['reference_ids'])
  return list(
    tagged(
      {
        text: plain,
        image_url: fields({ type: string, image_url: stringOr(imageUrl) }, ['image_url']),
        document_url: fields({ type: string, document_url: string, document_name: nullable(string) }, [
          'document_url',
        ]),
        tool_file: fields(
          {
            type: string,
            tool: string,
            file_id: string,
            file_name: nullable(string),
            file_type: nullable(string),
          },
          ['tool', 'file_id'],
        ),
        thinking: fields(
          {
            type: string,
            thinking: list(tagged({ text: plain, tool_reference: toolReference, reference }, 'text')),
            signature: nullable(string),
            closed: boolean,
          },
          ['thinking'],
        ),
        ...more,
      },
      'text',
    ),
  )
}

function handoff(common: Readonly<Record<string, Validator>>): Validator {
  const names = ['previous_agent_id', 'previous_agent_name', 'next_agent_id', 'next_agent_name']
  return fields({ ...common, ...Object.fromEntries(names.map((name) => [name, string])) }, names)
}

function unless(setting: 'accept' | 'refuse', validator: Validator): Validator {
  if (setting === 'accept') return validator
  return (_, loc) => issue('value_error', loc, 'This type is not supported as an input')
}
