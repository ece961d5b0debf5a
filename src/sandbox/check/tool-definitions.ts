import { dict, fields, list, nullable, tagged, string, boolean, literal } from './validators.ts'

const configuration = nullable(
  fields({
    exclude: nullable(list(string)),
    include: nullable(list(string)),
    requires_confirmation: nullable(list(string)),
  }),
)

const builtIn = (type: string) => fields({ type: literal(type), tool_configuration: configuration })

/** Tool definitions of a conversation or an agent. */
export const tools = list(
  tagged({
    function: fields(
      {
        type: literal('function'),
        function: fields({ name: string, description: string, strict: boolean, parameters: dict }, [
          'name',
          'parameters',
        ]),
      },
      ['function'],
    ),
    web_search: builtIn('web_search'),
    web_search_premium: builtIn('web_search_premium'),
    code_interpreter: builtIn('code_interpreter'),
    image_generation: builtIn('image_generation'),
    document_library: fields(
      { type: literal('document_library'), tool_configuration: configuration, library_ids: list(string) },
      ['library_ids'],
    ),
    connector: fields(
      {
        type: literal('connector'),
        connector_id: string,
        tool_configuration: configuration,
        authorization: nullable(
          fields({ type: literal('oauth2-token', 'api-key'), value: string }, ['value']),
        ),
      },
      ['connector_id'],
    ),
  }),
)
