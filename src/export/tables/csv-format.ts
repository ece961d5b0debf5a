import { HansardError } from '../../errors.ts'
import type { Format } from '../format.ts'
import { conversationColumns, describeColumns, entryColumns } from './columns.ts'
import type { CsvOptions } from './csv-writer.ts'
import { undoPattern } from './formula-guard.ts'
import { READER_LIMITS } from './reader-limits.ts'

/** Two tables in CSV as RFC 4180 defines it: UTF-8, commas, CRLF, and quotes where they are needed. */
export const csvFormat: Format<CsvOptions> = {
  summary: 'CSV tables for spreadsheets and analysis: conversations.csv and entries.csv',
  options: [
    {
      name: 'table',
      flags: '--table <name>',
      about: 'write only this table',
      choices: ['conversations', 'entries'],
    },
    {
      name: 'delimiter',
      flags: '--delimiter <character>',
      about: 'delimiter between cells: , or ; or | or tab',
      default: ',',
      parse: delimiterOf,
    },
    { name: 'bom', flags: '--bom', about: 'begin with a byte order mark, so that Excel detects UTF-8' },
    {
      name: 'escapeFormulas',
      flags: '--no-escape-formulas',
      about: "do not put a ' before cells that a spreadsheet would run as formulas",
    },
  ],
  notes: `Columns of conversations.csv:
${describeColumns(conversationColumns)}

Columns of entries.csv:
${describeColumns(entryColumns)}

Times are in UTC (2026-11-22T08:17:10.123456Z); an invalid time is written as the API sent it.
A cell is empty if the API sent no value; an empty text is "".
NUL, which most CSV readers cannot read, is replaced by U+FFFD; in json it is \\u0000.

Excel splits at ; in locales with a decimal comma (German, French, ...): use --delimiter ';'
for these. With the wrong delimiter, a file is split at the wrong places, even inside quotes.
Formulas are escaped: a text that would run gets a ' in front, also after a ; inside it (with
--delimiter ';', after a comma). To undo this, remove one ' by replacing this regular expression with \\1:
  ${undoPattern(',')}
In metadata and json, such a ; is written as \\u003b, which is the same JSON.

${READER_LIMITS}`,
  folder: {
    holds: 'conversations.csv and entries.csv',
    instead: 'use --table conversations or --table entries',
  },
  shape: ({ table }) => (table === undefined ? 'folder' : 'file'),
  canStream: ({ table }) => table !== undefined,
  async open(context, options) {
    const { csvWriter } = await import('./csv-writer.ts')
    return csvWriter(context, options)
  },
}

function delimiterOf(text: string): string {
  if ([',', ';', '|', '\t'].includes(text)) return text
  if (text === 'tab' || text === '\\t') return '\t'
  throw new HansardError('usage', `${JSON.stringify(text)} is not a delimiter`, {
    hint: "Use ',', ';', '|' or tab.",
  })
}
