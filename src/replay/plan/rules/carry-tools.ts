import { fieldsOf, stringIn, type Fields } from '../../../model/entries/fields.ts'
import { elements, isArrayText, objectText } from '../../../model/json/json-text.ts'
import { isObject, lookUp } from '../../../model/json/parse-json.ts'
import type { Loss } from '../../loss.ts'
import {
  acceptedFields,
  filterFields,
  isBoolean,
  isListOf,
  isString,
  orNull,
  type DroppedValue,
  type FieldFilter,
} from '../field-filter.ts'
import type { Block, ReplayOptions } from '../plan.ts'
import { changedString, droppedMembers, makeLoss } from '../source.ts'
import type { Naming } from './function-naming.ts'
import { carrySchema } from './function-schemas.ts'

/** The tools for start. */
export interface Tools {
  /** JSON texts. */
  readonly texts: readonly string[]
  readonly losses: readonly Loss[]
  readonly blocks: readonly Block[]
  /** Names of the environment variables with the secrets of the connectors. */
  readonly secrets: readonly string[]
}

/** A tool as it can be sent, or the reason why it cannot. */
type Carried =
  | { readonly text: string; readonly losses: readonly Loss[]; readonly secret?: string | undefined }
  | { readonly block: Block }

type ToolOptions = Pick<ReplayOptions, 'libraries' | 'connectors' | 'connectorAuth' | 'dropTools'> & {
  readonly naming: Naming
}

/** Converts the tools of a conversation, or of an agent, for the target account. */
export function carryTools(text = 'null', options: ToolOptions): Tools {
  const isList = isArrayText(text)
  const all = isList ? elements(text) : [text].filter((each) => each !== 'null')
  const carried = all.map((tool, i) => {
    const path = isList ? `tools[${i}]` : 'tools'
    return { tool, path, ...carry(tool, path, options) }
  })
  const sent = carried.filter((each) => 'text' in each)
  const left = carried.filter((each) => 'block' in each)
  const dropped = left.map(({ tool, path }) => makeLoss('tool-dropped', null, path, tool))
  return {
    texts: sent.map((each) => each.text),
    losses: [...sent.flatMap(({ losses }) => losses), ...(options.dropTools ? dropped : [])],
    blocks: options.dropTools ? [] : left.map(({ block }) => block),
    secrets: [...new Set(sent.flatMap(({ secret }) => secret ?? []))],
  }
}

function carry(tool: string, path: string, options: ToolOptions): Carried {
  const fields = fieldsOf(tool)
  const rule = lookUp(rules, stringIn(fields.get('type')) ?? '')
  const reason = `${path} is not a tool that the API is known to accept`
  return rule?.(fields, path, options) ?? blocked('tool', null, reason, 'Leave it out with --drop-tools.')
}

/** Converts the tool at a path; undefined if the API is not known to accept it. */
type Rule = (tool: Fields, path: string, options: ToolOptions) => Carried | undefined

const rules: Readonly<Record<string, Rule>> = {
  function: carryFunction,
  web_search: carryBuiltIn,
  web_search_premium: carryBuiltIn,
  code_interpreter: carryBuiltIn,
  image_generation: carryBuiltIn,
  document_library: carryLibrary,
  connector: carryConnector,
}

const functionShape: FieldFilter = {
  fields: { name: isString, description: isString, strict: isBoolean, parameters: isObject },
  required: ['name', 'parameters'],
}

function carryFunction(tool: Fields, path: string, { naming }: ToolOptions): Carried | undefined {
  const functionPath = `${path}.function`
  const inner = filterFields(tool.get('function') ?? 'null', functionPath, functionShape)
  if (inner === undefined) return undefined
  const given = fieldsOf(inner.text)
  const name = JSON.stringify(naming(stringIn(given.get('name')) ?? ''))
  const schema = carrySchema(given.get('parameters') ?? '{}', `${functionPath}.parameters`)
  const carried = objectText({ ...Object.fromEntries(given), name, parameters: schema.text })
  const renamed = changedString('function-renamed', null, `${functionPath}.name`, given.get('name'), name)
  return send(tool, path, { function: carried }, [...renamed, ...schema.losses], notSent(inner.dropped))
}

function carryBuiltIn(tool: Fields, path: string): Carried {
  const { text, losses } = carryConfiguration(tool, path)
  return send(tool, path, { tool_configuration: text }, losses)
}

/** Library ids belong to the source account and must be mapped. */
function carryLibrary(tool: Fields, path: string, { libraries }: ToolOptions): Carried | undefined {
  const given = tool.get('library_ids') ?? 'null'
  if (!isArrayText(given) && given !== 'null') return undefined
  const ids = elements(given).map((id) => stringIn(id) ?? id)
  const unknown = ids.find((id) => !Object.hasOwn(libraries, id))
  if (unknown !== undefined) {
    return blocked(
      'library',
      unknown,
      `the document library ${unknown} is not mapped to one in the target account`,
      `Use --map-library ${unknown}=ID, or leave the tool out with --drop-tools.`,
    )
  }
  const { text, losses } = carryConfiguration(tool, path)
  const mapped = ids.map((id) => JSON.stringify(libraries[id]))
  const changed = mapped.flatMap((id, i) =>
    changedString('library-mapped', null, `${path}.library_ids[${i}]`, JSON.stringify(ids[i]), id),
  )
  const members = { tool_configuration: text, library_ids: `[${mapped.join(',')}]` }
  return send(tool, path, members, losses, changed)
}

/**
 * Connector ids must be mapped, and secrets were never archived: until it is sent, the body holds the name of the
 * environment variable with the secret (`fill-secrets.ts`).
 */
function carryConnector(
  tool: Fields,
  path: string,
  { connectors, connectorAuth }: ToolOptions,
): Carried | undefined {
  const id = stringIn(tool.get('connector_id'))
  if (id === null) return undefined
  const target = lookUp(connectors, id)
  if (target === undefined) {
    return blocked(
      'connector',
      id,
      `the connector ${id} is not mapped to one in the target account`,
      `Use --map-connector ${id}=ID, or leave the tool out with --drop-tools.`,
    )
  }
  const given = tool.get('authorization') ?? 'null'
  const variable = given === 'null' ? undefined : lookUp(connectorAuth, id)
  if (given !== 'null' && variable === undefined) {
    return blocked(
      'connector-secret',
      id,
      `the connector ${id} needs a secret, and secrets are not archived`,
      `Use --connector-auth ${id}=VARIABLE with the environment variable that holds it, or --drop-tools.`,
    )
  }
  const authorization = fieldsOf(given)
  const type = authorization.get('type')
  const kind = stringIn(type)
  if (given !== 'null' && kind !== 'api-key' && kind !== 'oauth2-token') return undefined
  const { text, losses } = carryConfiguration(tool, path)
  const mapped = JSON.stringify(target)
  const members = {
    connector_id: mapped,
    tool_configuration: text,
    authorization: variable === undefined ? undefined : objectText({ type, value: placeholder(variable) }),
  }
  const further = [
    ...droppedMembers(null, `${path}.authorization`, authorization, ['type', 'value']),
    ...changedString('connector-mapped', null, `${path}.connector_id`, JSON.stringify(id), mapped),
  ]
  return { ...send(tool, path, members, losses, further), secret: variable }
}

/** Stands for a secret until it is sent. An object, not a string, so that the API could not accept it as a secret. */
function placeholder(variable: string): string {
  return objectText({ environment: JSON.stringify(variable) })
}

/** Keeps the type of a tool, and these members; drops its other members. */
function send(
  tool: Fields,
  path: string,
  members: Readonly<Record<string, string | undefined>>,
  losses: readonly Loss[],
  further: readonly Loss[] = [],
): Extract<Carried, { text: string }> {
  const dropped = droppedMembers(null, path, tool, ['type', ...Object.keys(members)])
  return {
    text: objectText({ type: tool.get('type'), ...members }),
    losses: [...losses, ...dropped, ...further],
  }
}

const configuration = Object.fromEntries(
  ['exclude', 'include', 'requires_confirmation'].map((name) => [name, orNull(isListOf(isString))]),
)

/** The configuration of a tool; null and absent both mean the default. */
function carryConfiguration(tool: Fields, path: string): { text: string | undefined; losses: Loss[] } {
  const { text, dropped } = acceptedFields(
    tool.get('tool_configuration'),
    `${path}.tool_configuration`,
    configuration,
  )
  return { text, losses: notSent(dropped) }
}

function notSent(dropped: readonly DroppedValue[]): Loss[] {
  return dropped.map(({ path, value }) => makeLoss('field-dropped', null, path, value))
}

function blocked(kind: Block['kind'], subject: string | null, reason: string, hint: string): Carried {
  return { block: { kind, subject, reason, hint } }
}
