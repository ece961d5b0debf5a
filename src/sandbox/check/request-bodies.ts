import type { Behaviour } from '../behaviour.ts'
import { inputEntries } from './input-entries.ts'
import {
  anything,
  dict,
  fields,
  integer,
  list,
  nullable,
  number,
  text,
  textOr,
  truth,
  word,
  type Shape,
} from './shape.ts'
import { tools } from './tool-definitions.ts'

/** The shapes of the bodies that write. */
export interface BodyShapes {
  readonly start: Shape
  readonly append: Shape
  readonly restart: Shape
  readonly createAgent: Shape
  readonly updateAgent: Shape
}

/** Puts the shapes together, as the behaviour has them. */
export function bodyShapes(behaviour: Behaviour): BodyShapes {
  const inputs = textOr(inputEntries(behaviour))
  const completionArgs = completionArgsShape(behaviour)
  const run = { inputs, stream: truth, store: truth, handoff_execution: word('client', 'server') }
  const about = { name: nullable(text), description: nullable(text), metadata: nullable(dict) }
  const version = nullable(textOr(integer()))
  const guardrails = nullable(list(dict))
  const agent = {
    ...about,
    instructions: nullable(text),
    tools,
    completion_args: completionArgs,
    guardrails,
    model: text,
    name: text,
    handoffs: nullable(list(text)),
    version_message: nullable(text),
  }
  return {
    start: fields(
      {
        ...about,
        inputs,
        stream: nullable(truth),
        store: nullable(truth),
        handoff_execution: nullable(run.handoff_execution),
        instructions: nullable(text),
        tools: nullable(tools),
        completion_args: nullable(completionArgs),
        guardrails,
        agent_id: nullable(text),
        agent_version: version,
        model: nullable(text),
      },
      ['inputs'],
    ),
    append: fields({
      ...run,
      completion_args: completionArgs,
      tool_confirmations: nullable(
        list(
          fields({ tool_call_id: text, confirmation: word('allow', 'deny') }, [
            'tool_call_id',
            'confirmation',
          ]),
        ),
      ),
    }),
    restart: fields(
      {
        ...run,
        completion_args: completionArgs,
        guardrails,
        metadata: about.metadata,
        from_entry_id: text,
        agent_version: version,
      },
      behaviour.restartWithoutInputs === 'refuse' ? ['from_entry_id', 'inputs'] : ['from_entry_id'],
    ),
    createAgent: fields(agent, ['model', 'name']),
    updateAgent: fields({
      ...agent,
      model: nullable(text),
      name: nullable(text),
      deployment_chat: nullable(truth),
    }),
  }
}

function completionArgsShape(behaviour: Behaviour): Shape {
  const fraction = nullable(number(0, 1))
  const penalty = nullable(number(-2, 2))
  const jsonSchema = fields({ name: text, description: nullable(text), schema: dict, strict: truth }, [
    'name',
    'schema',
  ])
  return fields({
    stop: nullable(textOr(list(text))),
    presence_penalty: penalty,
    frequency_penalty: penalty,
    temperature: fraction,
    top_p: fraction,
    max_tokens: nullable(integer(behaviour.maxTokensZero === 'refuse' ? 1 : 0)),
    random_seed: nullable(integer(0)),
    prediction: nullable(fields({ type: word('content'), content: text })),
    response_format: nullable(responseFormat(jsonSchema)),
    tool_choice: word('auto', 'none', 'any', 'required'),
    reasoning_effort: nullable(word('none', 'minimal', 'low', 'medium', 'high', 'xhigh')),
  })
}

/** A type of `json_schema` without its schema does come back from the service, and is not taken again. */
function responseFormat(jsonSchema: Shape): Shape {
  const loose = fields({ type: word('text', 'json_object', 'json_schema'), json_schema: anything })
  const strict = fields({ type: word('json_schema'), json_schema: jsonSchema }, ['json_schema'])
  const plain = fields({ type: word('text', 'json_object'), json_schema: nullable(jsonSchema) })
  return (value, loc) => {
    const complaints = loose(value, loc)
    if (complaints.length > 0) return complaints
    return (value as { type?: string }).type === 'json_schema' ? strict(value, loc) : plain(value, loc)
  }
}
