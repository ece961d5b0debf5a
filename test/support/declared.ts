import { canonicalJson } from '../../src/model/json/canonical-json.ts'
import { compact } from '../../src/model/json/json-text.ts'
import { neverSent, type Loss } from '../../src/replay/loss.ts'

type Value = Record<string, unknown>

/**
 * The inputs that must be sent if a history loses what its losses declare and nothing else, computed from the archived
 * texts and the losses alone, without any rule. Each input is normalized by `comparable`.
 */
export function declaredInputs(entries: readonly string[], losses: readonly Loss[]): string[] {
  const added = losses.filter(({ position }) => position === entries.length)
  const kept = entries.flatMap((entry, i) =>
    declaredFor(
      entry,
      losses.filter(({ position }) => position === i),
    ),
  )
  return [...kept, ...added.flatMap(replacement)].map(comparable)
}

/** Normalizes an input so that it can be compared. */
export function comparable(input: string | Value): string {
  const value = typeof input === 'string' ? (JSON.parse(input) as Value) : input
  return canonicalJson(JSON.stringify(plain(value)))
}

function declaredFor(entry: string, losses: readonly Loss[]): (string | Value)[] {
  const isAdded = ({ path, before }: Loss): boolean => path === '' && before === null
  const added = losses.filter(isAdded).flatMap(replacement)
  return [
    ...added,
    ...changed(
      entry,
      losses.filter((loss) => !isAdded(loss)),
    ),
  ]
}

function changed(entry: string, losses: readonly Loss[]): (string | Value)[] {
  const whole = losses.findLast(({ path }) => path === '')
  if (whole !== undefined) return replacement(whole)
  const value = JSON.parse(compact(entry)) as Value
  for (const key of neverSent) Reflect.deleteProperty(value, key)
  for (const { path, after } of losses) replaceIn(value, stepsOf(path), after)
  return [value]
}

function replacement({ after }: Loss): Value[] {
  return after === null ? [] : (JSON.parse(after) as Value[])
}

const GONE = Symbol('gone')

function replaceIn(value: unknown, [step = '', ...rest]: (string | number)[], after: string | null): void {
  const holder = value as Record<string | number, unknown>
  if (rest.length > 0) return replaceIn(holder[step], rest, after)
  const next = after === null ? GONE : JSON.parse(after)
  Object.defineProperty(holder, step, { value: next, enumerable: true, configurable: true, writable: true })
}

function stepsOf(path: string): (string | number)[] {
  const steps = path.matchAll(/\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g)
  return [...steps].map(([, name, index, key]) =>
    index !== undefined ? Number(index) : key !== undefined ? (JSON.parse(key) as string) : (name ?? ''),
  )
}

/** Adds defaults, and removes empty members. */
function plain(value: Value): Value {
  const entry: Value = {
    type: 'message.input',
    ...without(value, (inner, key) => key === 'prefix' && inner === false),
  }
  if (entry['type'] === 'message.output') entry['role'] ??= 'assistant'
  const content = entry['content']
  return Array.isArray(content) ? { ...entry, content: chunks(content) } : entry
}

function chunks(all: readonly unknown[]): unknown[] {
  return all
    .filter((chunk) => chunk !== GONE)
    .map((chunk) => {
      const { image_url: image, thinking, ...rest } = without(chunk as Value)
      return {
        type: 'text',
        ...rest,
        ...(image !== undefined && {
          image_url: typeof image === 'string' ? image : without(image as Value),
        }),
        ...(Array.isArray(thinking) && { thinking: chunks(thinking) }),
      }
    })
}

function without(value: Value, says: (inner: unknown, key: string) => boolean = () => false): Value {
  return Object.fromEntries(
    Object.entries(value).filter(([key, inner]) => inner !== null && inner !== GONE && !says(inner, key)),
  )
}
