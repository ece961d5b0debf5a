import { hash } from 'node:crypto'

import { HansardError } from '../../errors.ts'
import { safeName, withinBytes } from './safe-name.ts'

/** What a page's path is made of. */
export interface PathFacts {
  readonly id: string
  readonly title: string
  readonly model: string | undefined
  /** In the form of `instantOf`. */
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

const EXAMPLE = `Write it like '{year}/{month}/{name}', of {${Object.keys(placeholders).join('}, {')}}.`

/** Of a part, in bytes: file systems take 255, and the endings of a page and of its folder come to it. */
const MAX_PART_BYTES = 220

/**
 * Reads a template of paths, `{year}/{month}/{name}`, and answers with what makes the paths of it, without their
 * ending. The last part ends in a digest of the id, unless one is the id: no two conversations share a path, on no file
 * system, and each has the same in every export, whatever else was selected. To know that needs no list of names.
 *
 * @throws HansardError `usage`
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
    if (!Object.hasOwn(placeholders, name)) throw templateError(template, `there is no {${name}}`)
  const plain = part.replaceAll(/\{\w+\}/g, 'x')
  if (part === '')
    throw templateError(template, 'no part of it can be empty, and it begins and ends with none')
  if (plain === '.' || plain === '..') throw templateError(template, 'it can’t lead out of the folder')
  if (!/^[\p{L}\p{N}_-](?:[\p{L}\p{N} _,+()=@-]*[\p{L}\p{N})_-])?$/u.test(plain))
    throw templateError(template, `not every system takes ${JSON.stringify(part)} as a name`)
  if (Buffer.byteLength(plain) > 100) throw templateError(template, `${JSON.stringify(part)} is too long`)
  if (safeName(plain, '') === `${plain}-`)
    throw templateError(template, `Windows keeps ${JSON.stringify(part)} for itself`)
}

/** Ids as the API makes them are safe, and differ by more than the case of their letters. */
function isPlainId(id: string): boolean {
  return /^[a-z]+_[0-9a-z]{8,100}$/.test(id)
}

/** 60 bits: of a million conversations with the same name in the same month, two meet once in two million exports. */
function digest(id: string): string {
  return BigInt(`0x${hash('sha256', id).slice(0, 15)}`)
    .toString(32)
    .padStart(12, '0')
}

function templateError(template: string, reason: string): HansardError {
  return new HansardError('usage', `--path ${JSON.stringify(template)} can’t be used: ${reason}`, {
    hint: EXAMPLE,
  })
}
