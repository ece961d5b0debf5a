/** Says what is wrong with the parameters of a function; undefined if they are a JSON schema. */
export type SchemaFault = (parameters: unknown) => string | undefined

/** Loads the check of tool schemas: Draft 7 is what Mistral's tools read parameters by, whatever `$schema` says. */
export async function loadSchemaCheck(): Promise<SchemaFault> {
  const { draft7Fault } = await import('../../model/json-schema.ts')
  return draft7Fault
}
