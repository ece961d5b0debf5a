/** Says what is wrong with the parameters of a function; undefined if they are a JSON schema. */
export type SchemaFault = (parameters: unknown) => string | undefined

/** Loads the check of tool schemas: Draft 7 is what Mistral's tools read parameters by, whatever `$schema` says. */
export async function loadSchemaCheck(): Promise<SchemaFault> {
  const { Ajv } = await import('ajv')
  const ajv = new Ajv({
    strict: false,
    logger: false,
    formats: { regex: isRegex, 'uri-reference': true, uri: true },
  })
  const draft7 = ajv.getSchema('http://json-schema.org/draft-07/schema')?.schema
  // Compiled again: ajv checks no formats in schemas of its own.
  const isSchema = ajv.compile({ ...Object(draft7), $id: 'draft-7' } as object)
  return (parameters) => {
    if (isSchema(parameters)) return undefined
    return ajv.errorsText(isSchema.errors, { dataVar: 'parameters', separator: '; ' })
  }
}

/** Escapes of letters that Python knows, too: its readers compile each pattern. */
const ESCAPES = 'abfnrtvxuABdDsSwWZ'

function isRegex(pattern: string): boolean {
  const escapes = [...pattern.matchAll(/\\(.)/gs)].map(([, letter = '']) => letter)
  if (escapes.some((letter) => /[a-z]/i.test(letter) && !ESCAPES.includes(letter))) return false
  try {
    new RegExp(pattern)
    return !/\(\?<(?![=!])/.test(pattern)
  } catch {
    return false
  }
}
