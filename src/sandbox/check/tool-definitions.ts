import { dict, fields, list, nullable, tagged, text, truth, word } from './shape.ts'

const configuration = nullable(
  fields({
    exclude: nullable(list(text)),
    include: nullable(list(text)),
    requires_confirmation: nullable(list(text)),
  }),
)

const builtIn = (type: string) => fields({ type: word(type), tool_configuration: configuration })

/** The tools that a conversation or an agent may be given. */
export const tools = list(
  tagged({
    function: fields(
      {
        type: word('function'),
        function: fields({ name: text, description: text, strict: truth, parameters: dict }, [
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
      { type: word('document_library'), tool_configuration: configuration, library_ids: list(text) },
      ['library_ids'],
    ),
    connector: fields(
      {
        type: word('connector'),
        connector_id: text,
        tool_configuration: configuration,
        authorization: nullable(fields({ type: word('oauth2-token', 'api-key'), value: text }, ['value'])),
      },
      ['connector_id'],
    ),
  }),
)
