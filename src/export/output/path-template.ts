import { hash } from 'node:crypto'

import { HansardError } from '../../errors.ts'
import { safeName, withinBytes } from './safe-name.ts'

/** The values that the path of a page is made of. */
export interface PathFacts {
  readonly id: string
  readonly title: string
  readonly model: string | undefined
  /** As `instantOf` formats it. */
  readonly createdAt: string | null
}

const placeholders: Readonly<Record<string, (facts: PathFacts) => string>> = {
  year: ({ createdAt }) => createdAt?.slice(0, 4) ?? 'undated',
  month: ({ createdAt }) => createdAt?.slice(5, 7) ?? '00',
  day: ({ createdAt }) => createdAt?.slice(8, 10) ?? '00',
  name: ({ title }) => safeName(title, 'untitled'),
  id: ({ id }) => (isPlainId(id) ? id : `${safeName(id, 'conversation')}-${digest(id)}`),
  model: ({ model = '' }) => safeName(model, 'no-model'),
}

const EXAMPLE = `Example: '{year}/{month}/{name}'. Placeholders: {${Object.keys(placeholders).join('}, {')}}.`

/** Maximum length of a part in bytes: file systems allow 255, including the extension of a page or its folder. */
const MAX_PART_BYTES = 220

/**
 * Parses a template such as `{year}/{month}/{name}` and returns a function that makes paths from it, without extension.
 * The last part ends with a digest of the id, unless a part is the id. So no two conversations share a path, on any file
 * system, and the path of a conversation is the same in every export, without a list of used names.
 *
 * @throws HansardError `usage` if the template is not valid
 */
export function pathTemplate(template: string): (facts: PathFacts) => string {
  const parts = template.replace(/\.md$/i, '').split('/')
  for (const part of parts) checkPart(part, template)
  if (!/\{(?:name|id)\}/.test(template)) throw templateError(template, 'it needs {name} or {id}')
  const isUnique = parts.includes('{id}')
  return (facts) => {
    const path = parts.map((part) => withinBytes(fillIn(part, facts), MAX_PART_BYTES)).join('/')
    return isUnique ? path : `${path}-${digest(facts.id)}`
  }
}

function fillIn(part: string, facts: PathFacts): string {
  return part.replaceAll(/\{(\w+)\}/g, (_, key: string) => placeholders[key]?.(facts) ?? '')
}

function checkPart(part: string, template: string): void {
  for (const [, name = ''] of part.matchAll(/\{([^{}]*)\}/g))
    if (!Object.hasOwn(placeholders, name)) throw templateError(template, `{${name}} is not a placeholder`)
  const plain = part.replaceAll(/\{\w+\}/g, 'x')
  if (part === '') throw templateError(template, 'it must not contain an empty part, or begin or end with /')
  if (plain === '.' || plain === '..') throw templateError(template, 'it must not lead out of the folder')
  if (!/^[\p{L}\p{N}_-](?:[\p{L}\p{N} _,+()=@-]*[\p{L}\p{N})_-])?$/u.test(plain))
    throw templateError(template, `${JSON.stringify(part)} is not a valid name on every system`)
  if (Buffer.byteLength(plain) > 100) throw templateError(template, `${JSON.stringify(part)} is too long`)
  if (safeName(plain, '') === `${plain}-`)
    throw templateError(template, `${JSON.stringify(part)} is a reserved name on Windows`)
}

/** Ids as the API generates them are safe as names and differ in more than case. */
function isPlainId(id: string): boolean {
  return /^[a-z]+_[0-9a-z]{8,100}$/.test(id)
}

/** Returns 60 bits: of a million conversations with the same name in the same month, two collide once in two million exports. */
function digest(id: string): string {
  return BigInt(`0x${hash('sha256', id).slice(0, 15)}`)
    .toString(32)
    .padStart(12, '0')
}

function templateError(template: string, reason: string): HansardError {
  return new HansardError('usage', `--path ${JSON.stringify(template)} is not valid: ${reason}`, {
    hint: EXAMPLE,
  })
}
