import { parse } from 'csv-parse/sync'

import { hansard } from './hansard.ts'

/** Reads what a command wrote to a pipe, with the names of the columns that its help lists. */
export async function rowsInPipe(command: string, text: string): Promise<Record<string, string>[]> {
  const { stdout } = await hansard([command, '--help'])
  const [, list = ''] = /between the columns:([^.]*)\./.exec(stdout) ?? []
  const columns = list.trim().split(/,\s+/)
  return parse(text, { delimiter: '\t', quote: false, columns })
}
