import { fieldsOf, stringIn } from '../../../model/entries/fields.ts'
import { elements, isArrayText, isObjectText, objectText } from '../../../model/json/json-text.ts'
import { isObject } from '../../../model/json/parse-json.ts'
import type { Loss } from '../../loss.ts'
import { filterFields, isListOf, isString, isBoolean, orNull, type FieldFilter } from '../field-filter.ts'
import type { Block, ReplayOptions } from '../plan.ts'
import { makeLoss, memberPath } from '../source.ts'
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
  | { readonly text: string; readonly losses: readonly Loss[]; readonly secret?: string }
  | { readonly block: Block }

type ToolOptions = Pick<ReplayOptions, 'libraries' | 'connectors' | 'connectorAuth' | 'dropTools'> & {
  readonly naming: Naming
}

/** Converts the tools of a conversation, or of an agent, for the target account. */
export function carryTools(text: string | undefined, options: ToolOptions): Tools {
  const given = text === undefined || text === 'null' ? '[]' : text
  const all = isArrayText(given) ? elements(given) : [given]
  const carried = all.map((tool, i) => {
    const path = isArrayText(given) ? `tools[${i}]` : 'tools'
    return { tool, path, ...carry(tool, path, options) }
  })
  const sent = carried.filter((each) => 'text' in each)
  const left = carried.filter((each) => 'block' in each)
  const dropped = left.map(({ tool, path }) => makeLoss('tool-dropped', null, path, tool, null))
  return {
    texts: sent.map((each) => each.text),
    losses: [...sent.flatMap(({ losses }) => losses), ...(options.dropTools ? dropped : [])],
    blocks: options.dropTools ? [] : left.map(({ block }) => block),
    secrets: [...new Set(sent.flatMap(({ secret }) => secret ?? []))],
  }
}

type Carry = (tool: string, path: string, options: ToolOptions) => Carried

function carry(tool: string, path: string, options: ToolOptions): Carried {
  const type = isObjectText(tool) ? stringIn(fieldsOf(tool).get('type')) : null
  const rule = type !== null && Object.hasOwn(rules, type) ? rules[type] : undefined
  return rule?.(tool, path, options) ?? unknownTool(path)
}

const rules: Readonly<Record<string, (...all: Parameters<Carry>) => Carried | undefined>> = {
  function: carryFunction,
  web_search: carryBuiltIn,
  web_search_premium: carryBuiltIn,
  code_interpreter: carryBuiltIn,
  image_generation: carryBuiltIn,
  document_library: carryLibrary,
  connector: carryConnector,
}

const configuration: FieldFilter = {
  fields: Object.fromEntries(
    ['exclude', 'include', 'requires_confirmation'].map((name) => [name, orNull(isListOf(isString))]),
  ),
}

const functionShape: FieldFilter = {
  fields: { name: isString, description: isString, strict: isBoolean, parameters: isObject },
  required: ['name', 'parameters'],
}

function carryFunction(tool: string, path: string, { naming }: ToolOptions): Carried | undefined {
  const fields = fieldsOf(tool)
  const inner = filterFields(fields.get('function') ?? 'null', functionShape)
  if (inner === undefined) return undefined
  const given = fieldsOf(inner.text)
  const name = stringIn(given.get('name')) ?? ''
  const sendAs = naming(name)
  const schema = carrySchema(given.get('parameters') ?? '{}', `${path}.function.parameters`)
  const carried = { ...Object.fromEntries(given), name: JSON.stringify(sendAs), parameters: schema.text }
  const renamed = makeLoss(
    'function-renamed',
    null,
    `${path}.function.name`,
    given.get('name') ?? null,
    carried.name,
  )
  return {
    text: objectText({ type: fields.get('type'), function: objectText(carried) }),
    losses: [
      ...(name === sendAs ? [] : [renamed]),
      ...schema.losses,
      ...droppedMembers(path, tool, ['type', 'function']),
      ...inner.dropped.map(({ key, value }) =>
        makeLoss('field-dropped', null, memberPath(`${path}.function`, key), value, null),
      ),
    ],
  }
}

function carryBuiltIn(tool: string, path: string): Carried {
  const { text, losses } = carryConfiguration(tool, path)
  return {
    text: objectText({ type: fieldsOf(tool).get('type'), tool_configuration: text }),
    losses: [...losses, ...droppedMembers(path, tool, ['type', 'tool_configuration'])],
  }
}

/** Library ids belong to the source account and must be mapped. */
function carryLibrary(tool: string, path: string, { libraries }: ToolOptions): Carried | undefined {
  const fields = fieldsOf(tool)
  const given = fields.get('library_ids') ?? 'null'
  if (!isArrayText(given) && given !== 'null') return undefined
  const ids = elements(given).map((id) => stringIn(id) ?? id)
  const unknown = ids.find((id) => !Object.hasOwn(libraries, id))
  if (unknown !== undefined) {
    return blocked(
      'library',
      `the document library ${unknown} is not mapped to one in the target account`,
      `Use --map-library ${unknown}=ID, or leave the tool out with --drop-tools.`,
    )
  }
  const { text, losses } = carryConfiguration(tool, path)
  const mapped = ids.map((id) => JSON.stringify(libraries[id]))
  return {
    text: objectText({
      type: fields.get('type'),
      tool_configuration: text,
      library_ids: `[${mapped.join(',')}]`,
    }),
    losses: [
      ...losses,
      ...droppedMembers(path, tool, ['type', 'tool_configuration', 'library_ids']),
      ...ids.flatMap((id, i) =>
        libraries[id] === id
          ? []
          : [
              makeLoss(
                'library-mapped',
                null,
                `${path}.library_ids[${i}]`,
                JSON.stringify(id),
                mapped[i] ?? null,
              ),
            ],
      ),
    ],
  }
}

/**
 * Connector ids must be mapped, and secrets were never archived: until it is sent, the body holds the name of the
 * environment variable with the secret (`fill-secrets.ts`).
 */
function carryConnector(
  tool: string,
  path: string,
  { connectors, connectorAuth }: ToolOptions,
): Carried | undefined {
  const fields = fieldsOf(tool)
  const id = stringIn(fields.get('connector_id'))
  if (id === null) return undefined
  const target = Object.hasOwn(connectors, id) ? connectors[id] : undefined
  if (target === undefined) {
    return blocked(
      'connector',
      `the connector ${id} is not mapped to one in the target account`,
      `Use --map-connector ${id}=ID, or leave the tool out with --drop-tools.`,
    )
  }
  const authorization = fields.get('authorization') ?? 'null'
  const variable = Object.hasOwn(connectorAuth, id) ? connectorAuth[id] : undefined
  if (authorization !== 'null' && variable === undefined) {
    return blocked(
      'connector-secret',
      `the connector ${id} needs a secret, and secrets are not archived`,
      `Use --connector-auth ${id}=VARIABLE with the environment variable that holds it, or --drop-tools.`,
    )
  }
  const kind = isObjectText(authorization) ? stringIn(fieldsOf(authorization).get('type')) : null
  if (authorization !== 'null' && kind !== 'api-key' && kind !== 'oauth2-token') return undefined
  const credentials =
    variable === undefined || kind === null
      ? undefined
      : objectText({ type: JSON.stringify(kind), value: secretPlaceholder(variable) })
  const { text, losses } = carryConfiguration(tool, path)
  const mapped = JSON.stringify(target)
  return {
    text: objectText({
      type: fields.get('type'),
      connector_id: mapped,
      tool_configuration: text,
      authorization: credentials,
    }),
    losses: [
      ...losses,
      ...droppedMembers(path, tool, ['type', 'connector_id', 'tool_configuration', 'authorization']),
      ...droppedMembers(`${path}.authorization`, authorization, ['type', 'value']),
      ...(target === id
        ? []
        : [makeLoss('connector-mapped', null, `${path}.connector_id`, JSON.stringify(id), mapped)]),
    ],
    ...(credentials !== undefined && variable !== undefined && { secret: variable }),
  }
}

/** Stands for a secret until it is sent. An object, not a string, so that the API could not accept it as a secret. */
function secretPlaceholder(variable: string): string {
  return objectText({ environment: JSON.stringify(variable) })
}

/** The configuration of a tool; null and absent both mean the default. */
function carryConfiguration(tool: string, path: string): { text: string | undefined; losses: Loss[] } {
  const given = fieldsOf(tool).get('tool_configuration') ?? 'null'
  if (given === 'null') return { text: undefined, losses: [] }
  const fitted = filterFields(given, configuration)
  const configurationPath = `${path}.tool_configuration`
  const dropped = fitted?.dropped.map(({ key, value }) => ({ at: memberPath(configurationPath, key), value }))
  return {
    text: fitted?.text,
    losses: (dropped ?? [{ at: configurationPath, value: given }]).map(({ at, value }) =>
      makeLoss('field-dropped', null, at, value, null),
    ),
  }
}

function droppedMembers(path: string, tool: string, sent: readonly string[]): Loss[] {
  return [...fieldsOf(tool)]
    .filter(([key, value]) => !sent.includes(key) && value !== 'null')
    .map(([key, value]) => makeLoss('field-dropped', null, memberPath(path, key), value, null))
}

function unknownTool(path: string): Carried {
  return blocked(
    'tool',
    `${path} is not a tool that the API is known to accept`,
    'Leave it out with --drop-tools.',
  )
}

function blocked(kind: Block['kind'], reason: string, hint: string): Carried {
  return { block: { kind, reason, hint } }
}
