import type { Behaviour } from '../behaviour.ts'
import { inputEntries } from './input-entries.ts'
import { tools } from './tool-definitions.ts'
import {
  anything,
  dict,
  fields,
  integer,
  list,
  nullable,
  number,
  string,
  stringOr,
  boolean,
  literal,
  type Validator,
} from './validators.ts'

/** A validator for each operation with a body. */
export interface BodyValidators {
  readonly start: Validator
  readonly append: Validator
  readonly restart: Validator
  readonly createAgent: Validator
  readonly updateAgent: Validator
}

/** Builds the validators that these switches ask for. */
export function bodyValidators(behaviour: Behaviour): BodyValidators {
  const inputs = stringOr(inputEntries(behaviour))
  const completionArgs = completionArgsShape(behaviour)
  const run = { inputs, stream: boolean, store: boolean, handoff_execution: literal('client', 'server') }
  const about = { name: nullable(string), description: nullable(string), metadata: nullable(dict) }
  const version = nullable(stringOr(integer()))
  const guardrails = nullable(list(dict))
  const agent = {
    ...about,
    instructions: nullable(string),
    tools,
    completion_args: completionArgs,
    guardrails,
    model: string,
    name: string,
    handoffs: nullable(list(string)),
    version_message: nullable(string),
  }
  return {
    start: fields(
      {
        ...about,
        inputs,
        stream: nullable(boolean),
        store: nullable(boolean),
        handoff_execution: nullable(run.handoff_execution),
        instructions: nullable(string),
        tools: nullable(tools),
        completion_args: nullable(completionArgs),
        guardrails,
        agent_id: nullable(string),
        agent_version: version,
        model: nullable(string),
      },
      ['inputs'],
    ),
    append: fields({
      ...run,
      completion_args: completionArgs,
      tool_confirmations: nullable(
        list(
          fields({ tool_call_id: string, confirmation: literal('allow', 'deny') }, [
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
        from_entry_id: string,
        agent_version: version,
      },
      behaviour.restartWithoutInputs === 'refuse' ? ['from_entry_id', 'inputs'] : ['from_entry_id'],
    ),
    createAgent: fields(agent, ['model', 'name']),
    updateAgent: fields({
      ...agent,
      model: nullable(string),
      name: nullable(string),
      deployment_chat: nullable(boolean),
    }),
  }
}

function completionArgsShape(behaviour: Behaviour): Validator {
  const fraction = nullable(number(0, 1))
  const penalty = nullable(number(-2, 2))
  const jsonSchema = fields({ name: string, description: nullable(string), schema: dict, strict: boolean }, [
    'name',
    'schema',
  ])
  return fields({
    stop: nullable(stringOr(list(string))),
    presence_penalty: penalty,
    frequency_penalty: penalty,
    temperature: fraction,
    top_p: fraction,
    max_tokens: nullable(integer(behaviour.maxTokensZero === 'refuse' ? 1 : 0)),
    random_seed: nullable(integer(0)),
    prediction: nullable(fields({ type: literal('content'), content: string })),
    response_format: nullable(responseFormat(jsonSchema)),
    tool_choice: literal('auto', 'none', 'any', 'required'),
    reasoning_effort: nullable(literal('none', 'minimal', 'low', 'medium', 'high', 'xhigh')),
  })
}

/** The service returns `json_schema` without its schema, but does not accept it again. */
function responseFormat(jsonSchema: Validator): Validator {
  const loose = fields({ type: literal('text', 'json_object', 'json_schema'), json_schema: anything })
  const strict = fields({ type: literal('json_schema'), json_schema: jsonSchema }, ['json_schema'])
  const plain = fields({ type: literal('text', 'json_object'), json_schema: nullable(jsonSchema) })
  return (value, loc) => {
    const issues = loose(value, loc)
    if (issues.length > 0) return issues
    return (value as { type?: string }).type === 'json_schema' ? strict(value, loc) : plain(value, loc)
  }
}
