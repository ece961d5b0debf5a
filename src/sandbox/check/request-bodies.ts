import type { Behaviour } from '../behaviour.ts'
import { inputEntries } from './input-entries.ts'
import { tools } from './tool-definitions.ts'
import * as v from './validators.ts'

/** A validator for each operation with a body. */
export type BodyValidators = ReturnType<typeof bodyValidators>

/** Builds the validators that these switches ask for. */
export function bodyValidators(behaviour: Behaviour) {
  const inputs = v.stringOr(inputEntries(behaviour))
  const completion_args = completionArgsShape(behaviour)
  const handoff_execution = v.literal('client', 'server')
  const run = { stream: v.boolean, store: v.boolean, handoff_execution, completion_args }
  const about = { name: v.nullableString, description: v.nullableString, metadata: v.nullable(v.dict) }
  const agent_version = v.nullable(v.stringOr(v.integer()))
  const guardrails = v.nullable(v.list(v.dict))
  const agent = {
    ...about,
    instructions: v.nullableString,
    tools,
    completion_args,
    guardrails,
    handoffs: v.nullable(v.list(v.string)),
    version_message: v.nullableString,
  }
  const confirmation = { tool_call_id: v.string, confirmation: v.literal('allow', 'deny') }
  const restart = { ...run, guardrails, metadata: about.metadata, agent_version }
  return {
    start: v.fields(
      { inputs },
      {
        ...about,
        stream: v.nullable(run.stream),
        store: v.nullable(run.store),
        handoff_execution: v.nullable(handoff_execution),
        instructions: v.nullableString,
        tools: v.nullable(tools),
        completion_args: v.nullable(completion_args),
        guardrails,
        agent_id: v.nullableString,
        agent_version,
        model: v.nullableString,
      },
    ),
    append: v.fields({}, { ...run, inputs, tool_confirmations: v.nullable(v.list(v.fields(confirmation))) }),
    restart:
      behaviour.restartWithoutInputs === 'refuse'
        ? v.fields({ from_entry_id: v.string, inputs }, restart)
        : v.fields({ from_entry_id: v.string }, { ...restart, inputs }),
    createAgent: v.fields({ model: v.string, name: v.string }, agent),
    updateAgent: v.fields({}, { ...agent, model: v.nullableString, deployment_chat: v.nullable(v.boolean) }),
  }
}

function completionArgsShape(behaviour: Behaviour): v.Validator {
  const fraction = v.nullable(v.number(0, 1))
  const penalty = v.nullable(v.number(-2, 2))
  return v.fields(
    {},
    {
      stop: v.nullable(v.stringOr(v.list(v.string))),
      presence_penalty: penalty,
      frequency_penalty: penalty,
      temperature: fraction,
      top_p: fraction,
      max_tokens: v.nullable(v.integer(behaviour.maxTokensZero === 'refuse' ? 1 : 0)),
      random_seed: v.nullable(v.integer(0)),
      prediction: v.nullable(v.fields({}, { type: v.literal('content'), content: v.string })),
      response_format: v.nullable(responseFormat),
      tool_choice: v.literal('auto', 'none', 'any', 'required'),
      reasoning_effort: v.nullable(v.literal('none', 'minimal', 'low', 'medium', 'high', 'xhigh')),
    },
  )
}

const jsonSchema = v.fields(
  { name: v.string, schema: v.dict },
  { description: v.nullableString, strict: v.boolean },
)
const looseFormat = v.fields(
  {},
  { type: v.literal('text', 'json_object', 'json_schema'), json_schema: v.anything },
)
const schemaFormat = v.fields({ json_schema: jsonSchema }, { type: v.string })
const plainFormat = v.fields({}, { type: v.string, json_schema: v.nullable(jsonSchema) })

/** The service returns `json_schema` without its schema, but does not accept it again. */
const responseFormat: v.Validator = (value, loc) => {
  const issues = looseFormat(value, loc)
  if (issues.length > 0) return issues
  return ((value as { type?: string }).type === 'json_schema' ? schemaFormat : plainFormat)(value, loc)
}
