import { stringMember } from '../../model/entries/fields.ts'
import { isDraft7 } from '../../model/json/json-schema.ts'
import { ANY_PARAMETERS, type Loss, type LossKind } from '../loss.ts'
import { replacesName } from './call-forms.ts'
import { objectOf, stringOf, treeOf, type TreeObject } from './json-tree.ts'
import { checkDropped, stringAfter } from './loss-rule.ts'
import { isEmpty, STAMP } from './row-form.ts'
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

const NOT_DROPPED = 'the path does not fit this kind of loss, or nothing is dropped'

type RowLossRule = (loss: Loss, context: RowLossContext) => string | undefined

/** What a loss of the conversation itself may do, by kind. */
export const rowLossRules: Readonly<Partial<Record<LossKind, RowLossRule>>> = {
  'agent-mapped': (loss, { path }) => {
    if (path.join() === 'agent_version') return loss.after === null ? undefined : 'the version is not dropped'
    return path.join() === 'agent_id' && isName(loss) ? undefined : 'it is not replaced by an agent'
  },
  'agent-as-model': at(/^agent_id$/, 'it is not replaced by a model', (loss, { text }) => {
    const agent = stringMember(text, 'agent_id')
    return agent !== undefined && loss.before?.includes(JSON.stringify(agent)) === true && isName(loss)
  }),
  'model-mapped': at(/^model$/, 'it is not mapped', isName),
  'library-mapped': at(/^tools,\d+,library_ids,\d+$/, 'it is not mapped', isName),
  'connector-mapped': at(/^tools,\d+,connector_id$/, 'it is not mapped', isName),
  'tool-dropped': at(/^tools(,\d+)?$/, NOT_DROPPED, isDropped),
  'function-renamed': at(
    /^tools,\d+,function,name$/,
    'its own name is valid, or the new one is not',
    (loss, context) => replacesName(archivedString(context), stringAfter(loss)),
  ),
  'schema-key-dropped': at(
    /^tools,\d+,function,parameters,/,
    'it is not a dropped $id or $schema',
    (loss, context) => {
      const { path } = context
      const key = path.at(-2) === 'required' ? archivedString(context) : path.at(-1)
      return isDropped(loss) && (key === '$id' || key === '$schema')
    },
  ),
  'schema-replaced': ({ after }, { path, text }) => {
    if (!/^tools,\d+,function,parameters$/.test(path.join())) return 'the path is not a parameter schema'
    if (isDraft7(JSON.parse(textAt(text, path) ?? 'null'))) return 'the schema is valid'
    return after === ANY_PARAMETERS ? undefined : 'it is replaced by another schema'
  },
  'argument-dropped': at(/^completion_args(,|$)/, NOT_DROPPED, isDropped),
  'tools-silenced': at(
    /^completion_args,tool_choice$/,
    'tool_choice is not set to none',
    ({ after }) => after === '"none"',
  ),
  'metadata-stamped': ({ after }, { path, stamp }) =>
    path.join() === `metadata,${STAMP}` && after === JSON.stringify(stamp) ? undefined : 'the stamp differs',
  'description-stamped': at(
    /^description$/,
    'it is not the description followed by the stamp',
    (loss, { stamp, row }) => {
      const sent = stringAfter(loss)
      const given = stringOf(row.get('description')) ?? ''
      return sent?.startsWith(given) === true && sent.slice(given.length).includes(stamp)
    },
  ),
  'field-dropped': (loss, context) =>
    checkDropped(loss) ?? (canBeCarried(context) ? 'the API accepts this field' : undefined),
}

/** A rule for losses at a path: what else they must be, and what is wrong otherwise. */
function at(
  pattern: RegExp,
  otherwise: string,
  isAllowed: (loss: Loss, context: RowLossContext) => boolean,
): RowLossRule {
  return (loss, context) =>
    pattern.test(context.path.join()) && isAllowed(loss, context) ? undefined : otherwise
}

function isDropped({ after }: Loss): boolean {
  return after === null
}

function isName(loss: Loss): boolean {
  return stringAfter(loss) !== undefined
}

function archivedString({ text, path }: RowLossContext): string | undefined {
  return stringOf(treeOf(textAt(text, path) ?? 'null'))
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
