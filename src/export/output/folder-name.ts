import { existsSync } from 'node:fs'
import { basename } from 'node:path'

import { HansardError } from '../../errors.ts'
import type { Format } from '../format.ts'

/** Names that people give to files. */
const FILE_NAME = /(\.(csv|tsv|txt|jsonl?|ndjson|md|parquet|xlsx?|zip|tar|tgz|gz))+$/i

/**
 * Refuses the name of a file for an export that writes a folder: the user expects a file there. A folder that exists may
 * have any name.
 *
 * @throws HansardError `usage`
 */
export function refuseFileName(path: string, { folder }: Format, format: string): void {
  const name = basename(path)
  if (!FILE_NAME.test(name) || path.endsWith('/') || existsSync(path)) return
  const holds = folder === undefined ? 'several files' : folder.holds
  const instead = folder?.instead === undefined ? '' : ` To write one file, ${folder.instead}.`
  throw new HansardError(
    'usage',
    `${name} is the name of a file, but ${format} with these options writes a folder with ${holds}`,
    { hint: `Name a folder, such as ${JSON.stringify(path.replace(FILE_NAME, ''))}.${instead}` },
  )
}
