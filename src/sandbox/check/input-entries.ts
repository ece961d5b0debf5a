import type { Behaviour } from '../behaviour.ts'
import {
  anything,
  complain,
  dict,
  fields,
  forbidden,
  list,
  nullable,
  tagged,
  text,
  textOr,
  truth,
  word,
  type Shape,
} from './shape.ts'

/** The entries that start, append and restart take as inputs. */
export function inputEntries(behaviour: Behaviour): Shape {
  const common = {
    object: word('entry'),
    type: text,
    created_at: text,
    completed_at: nullable(text),
    id: behaviour.inputIds === 'accept' ? text : forbidden,
  }
  const author = { agent_id: nullable(text), model: nullable(text) }
  const outputChunks = chunks({ tool_reference: unless(behaviour.toolReferenceInputs, toolReference) })
  return list(
    tagged(
      {
        'message.input': fields(
          { ...common, role: word('user', 'assistant'), content: textOr(chunks({})), prefix: truth },
          ['role', 'content'],
        ),
        'message.output': fields(
          { ...common, ...author, role: word('assistant'), content: textOr(outputChunks) },
          ['content'],
        ),
        'function.call': fields(
          {
            ...common,
            ...author,
            tool_call_id: text,
            name: text,
            arguments: textOr(dict),
            confirmation_status: nullable(word('pending', 'allowed', 'denied')),
          },
          ['tool_call_id', 'name', 'arguments'],
        ),
        'function.result': fields({ ...common, tool_call_id: text, result: text }, [
          'tool_call_id',
          'result',
        ]),
        'tool.execution': unless(
          behaviour.toolExecutionInputs,
          fields({ ...common, ...author, name: text, arguments: text, info: dict }, ['name', 'arguments']),
        ),
        'agent.handoff': unless(behaviour.handoffInputs, handoff(common)),
      },
      'message.input',
    ),
  )
}

const toolReference = fields(
  {
    type: text,
    tool: text,
    title: text,
    url: nullable(text),
    favicon: nullable(text),
    description: nullable(text),
  },
  ['tool', 'title'],
)

function chunks(more: Readonly<Record<string, Shape>>): Shape {
  const plain = fields({ type: text, text }, ['text'])
  const imageUrl = fields({ url: text, detail: nullable(word('low', 'auto', 'high')) }, ['url'])
  const reference = fields({ type: text, reference_ids: list(anything) }, ['reference_ids'])
  return list(
    tagged(
      {
        text: plain,
        image_url: fields({ type: text, image_url: textOr(imageUrl) }, ['image_url']),
        document_url: fields({ type: text, document_url: text, document_name: nullable(text) }, [
          'document_url',
        ]),
        tool_file: fields(
          { type: text, tool: text, file_id: text, file_name: nullable(text), file_type: nullable(text) },
          ['tool', 'file_id'],
        ),
        thinking: fields(
          {
            type: text,
            thinking: list(tagged({ text: plain, tool_reference: toolReference, reference }, 'text')),
            signature: nullable(text),
            closed: truth,
          },
          ['thinking'],
        ),
        ...more,
      },
      'text',
    ),
  )
}

function handoff(common: Readonly<Record<string, Shape>>): Shape {
  const names = ['previous_agent_id', 'previous_agent_name', 'next_agent_id', 'next_agent_name']
  return fields({ ...common, ...Object.fromEntries(names.map((name) => [name, text])) }, names)
}

function unless(setting: 'accept' | 'refuse', shape: Shape): Shape {
  if (setting === 'accept') return shape
  return (_, loc) => complain('value_error', loc, 'This type is not supported as an input')
}
