import { isSecretName, nameMeaning, plainName } from './secret-names.ts'

/*
 * Tells where secrets are. A response of the API has three kinds of values:
 *
 * - Content: lists of entries, messages, inputs and outputs, contents, arguments and results of calls, metadata, and
 *   strings that are a name, a description or instructions. It is never changed.
 * - Settings: all other members of a row, an agent, the envelope of a history or of messages, a page, and a response of an
 *   unexpected shape, at any depth: tools (a list, an object, lists in lists), connectors, guardrails, completion_args,
 *   and whatever is added later. In an entry, only the members in `ENTRY_SETTINGS` are settings.
 * - Schemas of functions, inside settings. The keys of their `properties` are names of arguments, not of secrets.
 *
 * Secrets in settings are: everything in `authorization` (or a name with the same meaning) except its `type`; the value of
 * a member called `api_key`, `token`, `password` or similar; the values of `headers` and `env`; user and password in a
 * URL, and query parameters that grant access. JSON, URLs and headers inside strings count, too. null is not a secret.
 */

/** What a value is part of, which decides the rules inside it. */
export type Place =
  | 'envelope'
  | 'entries'
  | 'entry'
  | 'settings'
  | 'schema'
  | 'arguments'
  | 'argument'
  | 'authorization'
  | 'headers'
  | 'header'

/** What to do with a value: keep it, replace it, or examine it by the rules of a place. */
export type Rule = 'keep' | 'redact' | Place

/** Returns the rule for a member of an object at this place; `first` is the first character of its value. */
export function ruleOfMember(place: Place, key: string, first: string): Rule {
  switch (place) {
    case 'envelope':
      return CONTENT.has(key) ? (LISTS.has(key) ? 'entries' : 'keep') : ruleOfSetting('settings', key, first)
    case 'entries':
      return opensContainer(first) ? 'entry' : 'keep'
    case 'entry':
      return ENTRY_SETTINGS.has(plainName(key)) ? ruleOfSetting('settings', key, first) : 'keep'
    case 'arguments':
      return isSecretName(key) ? (opensContainer(first) ? 'argument' : 'redact') : 'schema'
    case 'argument':
      if (PROPERTIES.has(key)) return 'arguments'
      return SCHEMA_WORDS.has(key) || key.startsWith('x-') ? 'schema' : 'redact'
    case 'authorization':
      return plainName(key) === 'type' && first === '"' ? 'keep' : 'redact'
    case 'headers':
      return 'redact'
    case 'header':
      return ['name', 'key'].includes(plainName(key)) && first === '"' ? 'keep' : 'redact'
    default:
      return ruleOfSetting(place, key, first)
  }
}

/** Returns the rule for an element of an array at this place. */
export function ruleOfElement(place: Place, first: string): Rule {
  switch (place) {
    case 'entries':
      return first === '{' ? 'entry' : first === '[' ? 'entries' : 'keep'
    case 'entry':
      return first === '{' ? 'entry' : 'keep'
    case 'arguments':
    case 'argument':
      return 'schema'
    case 'authorization':
      return opensContainer(first) ? place : 'redact'
    case 'headers':
    case 'header':
      return first === '{' ? 'header' : 'redact'
    default:
      return place
  }
}

function ruleOfSetting(place: 'settings' | 'schema', key: string, first: string): Rule {
  const meaning = nameMeaning(key)
  if (meaning === 'authorization') return opensContainer(first) ? 'authorization' : 'redact'
  if (meaning === 'secret' && (opensContainer(first) || first === '"'))
    return opensContainer(first) ? 'authorization' : 'redact'
  if (meaning === 'headers') return opensContainer(first) ? 'headers' : 'redact'
  if (meaning === 'environment' && opensContainer(first)) return 'headers'
  if (PROSE.has(key) && first === '"') return 'keep'
  if (place === 'schema' && PROPERTIES.has(key)) return 'arguments'
  return SCHEMAS.has(plainName(key)) ? 'schema' : place
}

function opensContainer(first: string): boolean {
  return first === '{' || first === '['
}

const LISTS = new Set(['entries', 'messages', 'inputs', 'outputs'])
const CONTENT = new Set([...LISTS, 'metadata', 'content', 'arguments', 'info', 'result'])
const PROSE = new Set(['name', 'title', 'description', 'instructions'])

const ENTRY_SETTINGS = new Set([
  ...['tools', 'connectors', 'connector', 'toolconfiguration', 'guardrails', 'completionargs', 'mcpservers'],
  ...['authorization', 'headers'],
])

/** Members that contain a JSON Schema. */
const SCHEMAS = new Set([
  ...['parameters', 'inputschema', 'outputschema', 'jsonschema', 'schema', 'schemadefinition'],
])

/** Members of a schema whose keys are names of arguments. */
const PROPERTIES = new Set([
  ...['properties', 'patternProperties', 'dependentSchemas', 'dependentRequired', 'dependencies'],
  ...['$defs', 'definitions'],
])

/** Keywords of JSON Schema. An object under the name of a secret that has any other key is not a schema. */
const SCHEMA_WORDS = new Set([
  ...['$schema', '$id', '$ref', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary', '$comment'],
  ...['type', 'enum', 'const', 'default', 'title', 'description', 'examples', 'example', 'format'],
  ...[
    'deprecated',
    'readOnly',
    'writeOnly',
    'nullable',
    'allOf',
    'anyOf',
    'oneOf',
    'not',
    'if',
    'then',
    'else',
  ],
  ...[
    'items',
    'prefixItems',
    'additionalItems',
    'unevaluatedItems',
    'contains',
    'minContains',
    'maxContains',
  ],
  ...['additionalProperties', 'propertyNames', 'required', 'minProperties', 'maxProperties'],
  ...['unevaluatedProperties', 'minItems', 'maxItems', 'uniqueItems', 'minLength', 'maxLength', 'pattern'],
  ...['contentEncoding', 'contentMediaType', 'contentSchema', 'multipleOf', 'minimum', 'maximum'],
  ...['exclusiveMinimum', 'exclusiveMaximum'],
])
