import * as v from './validators.ts'

const names = v.nullable(v.list(v.string))
const configuration = v.nullable(
  v.fields({}, { exclude: names, include: names, requires_confirmation: names }),
)
const common = { type: v.string, tool_configuration: configuration }
const builtIn = v.fields({}, common)
const authorization = v.fields({ value: v.string }, { type: v.literal('oauth2-token', 'api-key') })

/** Tool definitions of a conversation or an agent. */
export const tools = v.list(
  v.tagged({
    function: v.fields(
      {
        function: v.fields(
          { name: v.string, parameters: v.dict },
          { description: v.string, strict: v.boolean },
        ),
      },
      { type: v.string },
    ),
    web_search: builtIn,
    web_search_premium: builtIn,
    code_interpreter: builtIn,
    image_generation: builtIn,
    document_library: v.fields({ library_ids: v.list(v.string) }, common),
    connector: v.fields({ connector_id: v.string }, { ...common, authorization: v.nullable(authorization) }),
  }),
)
