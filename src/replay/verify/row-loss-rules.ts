import { stringMember } from '../../model/entries/fields.ts'
import { isDraft7 } from '../../model/json/json-schema.ts'
import { ANY_PARAMETERS, type Loss, type LossKind } from '../loss.ts'
import { replacesName } from './call-forms.ts'
import { objectOf, stringOf, treeOf, type TreeObject } from './json-tree.ts'
import { isEmpty } from './row-form.ts'
import { STAMP } from './row-form.ts'
import { textAt, treeAt, type Path } from './value-path.ts'

/** What a loss of the conversation itself is checked against. */
export interface RowLossContext {
  /** The archived row. */
  readonly text: string
  /** The row after the losses before this one. */
  readonly row: TreeObject
  readonly stamp: string
  /** The agent is replaced by a model with its settings. */
  readonly isModelNow: boolean
  readonly path: Path
}

type RowLossRule = (loss: Loss, context: RowLossContext) => string | undefined

/** What a loss of the conversation itself may do, by kind. */
export const rowLossRules: ReadonlyMap<LossKind, RowLossRule> = new Map<LossKind, RowLossRule>([
  [
    'agent-mapped',
    ({ after }, { path }) => {
      if (path.join() === 'agent_version') return after === null ? undefined : 'the version is not dropped'
      return path.join() === 'agent_id' && isName(after) ? undefined : 'it is not replaced by an agent'
    },
  ],
  [
    'agent-as-model',
    ({ before, after }, { path, text }) => {
      const agent = stringMember(text, 'agent_id')
      const isIts = before !== null && agent !== undefined && before.includes(JSON.stringify(agent))
      return path.join() === 'agent_id' && isIts && isName(after)
        ? undefined
        : 'it is not replaced by a model'
    },
  ],
  ['model-mapped', mapped(/^model$/)],
  ['library-mapped', mapped(/^tools,\d+,library_ids,\d+$/)],
  ['connector-mapped', mapped(/^tools,\d+,connector_id$/)],
  ['tool-dropped', dropped(/^tools(,\d+)?$/)],
  [
    'function-renamed',
    ({ after }, { path, text }) => {
      const given = stringOf(treeOf(textAt(text, path) ?? 'null'))
      const isRenamed = after !== null && replacesName(given, stringOf(treeOf(after)))
      return /^tools,\d+,function,name$/.test(path.join()) && isRenamed
        ? undefined
        : 'its own name is valid, or the new one is not'
    },
  ],
  [
    'schema-key-dropped',
    ({ after }, { path, text }) => {
      const isInSchema = /^tools,\d+,function,parameters,/.test(path.join())
      const last = path.at(-2) === 'required' ? stringOf(treeOf(textAt(text, path) ?? 'null')) : path.at(-1)
      return isInSchema && after === null && (last === '$id' || last === '$schema')
        ? undefined
        : 'it is not a dropped $id or $schema'
    },
  ],
  [
    'schema-replaced',
    ({ after }, { path, text }) => {
      if (!/^tools,\d+,function,parameters$/.test(path.join())) return 'the path is not a parameter schema'
      if (isDraft7(JSON.parse(textAt(text, path) ?? 'null'))) return 'the schema is valid'
      return after === ANY_PARAMETERS ? undefined : 'it is replaced by another schema'
    },
  ],
  ['argument-dropped', dropped(/^completion_args(,|$)/)],
  [
    'tools-silenced',
    ({ after }, { path }) =>
      path.join() === 'completion_args,tool_choice' && after === '"none"'
        ? undefined
        : 'tool_choice is not set to none',
  ],
  [
    'metadata-stamped',
    ({ after }, { path, stamp }) =>
      path.join() === `metadata,${STAMP}` && after === JSON.stringify(stamp)
        ? undefined
        : 'the stamp differs',
  ],
  [
    'description-stamped',
    ({ after }, { path, stamp, row }) => {
      const sent = after === null ? undefined : stringOf(treeOf(after))
      const given = stringOf(row.get('description')) ?? ''
      const isBoth = sent?.startsWith(given) === true && sent.slice(given.length).includes(stamp)
      return path.join() === 'description' && isBoth
        ? undefined
        : 'it is not the description followed by the stamp'
    },
  ],
  [
    'field-dropped',
    ({ after }, context) => {
      if (after !== null) return 'something is sent instead'
      return canBeCarried(context) ? 'the API accepts this field' : undefined
    },
  ],
])

function mapped(pattern: RegExp): RowLossRule {
  return ({ after }, { path }) =>
    pattern.test(path.join()) && isName(after) ? undefined : 'it is not mapped'
}

function dropped(pattern: RegExp): RowLossRule {
  return ({ after }, { path }) =>
    pattern.test(path.join()) && after === null
      ? undefined
      : 'the path does not fit this kind of loss, or nothing is dropped'
}

function isName(after: string | null): boolean {
  return after !== null && stringOf(treeOf(after)) !== undefined
}

/** Returns whether start accepts a field, so that it may not be dropped. */
function canBeCarried({ path, row, isModelNow }: RowLossContext): boolean {
  const [key, , ...inner] = path
  const value = row.get(String(key))
  const hasAgent = stringOf(row.get('agent_id')) !== undefined && !isModelNow
  if (hasAgent && withAgent.includes(String(key))) return false
  if (key === 'tools') return inner.length === 0 || canBeCarriedInTool(path, row)
  if (key === 'model' || key === 'agent_id') return true
  if (key === 'metadata') return value instanceof Map
  if (key === 'guardrails') return Array.isArray(value) && value.every((each) => each instanceof Map)
  return ['name', 'description', 'instructions'].includes(String(key)) && stringOf(value) !== undefined
}

/** Members that a target agent has itself. */
const withAgent = ['model', 'instructions', 'tools', 'completion_args']

/** The members that define a tool. */
function canBeCarriedInTool(path: Path, row: TreeObject): boolean {
  const type = stringOf(objectOf(treeAt(row, path.slice(0, 2))).get('type'))
  const steps = path.slice(2).join()
  if (isEmpty(treeAt(row, path))) return false
  const defining = ['type', 'function', 'function,name', 'function,parameters', 'library_ids', 'connector_id']
  return defining.includes(steps) && (type !== undefined || steps === 'type')
}
