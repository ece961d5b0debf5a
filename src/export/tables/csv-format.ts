import { HansardError } from '../../errors.ts'
import { allOrNothing } from '../exclusion.ts'
import type { ExportedConversation, Format, Writer } from '../format.ts'
import { conversationColumns, describeColumns, entryColumns, entryRows, type Column } from './columns.ts'
import { cellMaker } from './csv-cells.ts'
import { CsvTable, type FormatRows } from './csv-table.ts'
import { formulaGuard, undoPattern } from './formula-guard.ts'
import { READER_LIMITS, ReaderLimits } from './reader-limits.ts'

type CsvOptions = {
  readonly table?: 'conversations' | 'entries'
  readonly delimiter?: string
  readonly bom?: boolean
  readonly escapeFormulas?: boolean
}

/** Characters that some reader takes for the end of a line or a cell. They are quoted, whatever the delimiter. */
const BREAKS = /[\n\r\v\f\x1c-\x1e\x85\u2028\u2029,;\t|]/

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
  shape: ({ table }) => (table === undefined ? 'folder' : 'file'),
  canStream: ({ table }) => table !== undefined,
  async open({ files, notice }, options) {
    const { stringify } = await import('csv-stringify/sync')
    const { delimiter = ',', table, bom = false, escapeFormulas = true } = options
    const lines: FormatRows = (rows) =>
      stringify(rows, {
        delimiter,
        record_delimiter: 'windows',
        quoted_match: BREAKS,
        // Null still becomes an empty cell.
        cast: { string: (cell) => (cell === '' ? { value: cell, quoted_empty: true } : cell) },
      })
    const guard = escapeFormulas ? formulaGuard(delimiter) : undefined
    const open = async <Row>(name: CsvOptions['table'], columns: readonly Column<Row>[]) => {
      if (table !== undefined && table !== name) return undefined
      const limits = new ReaderLimits(`${name}.csv`)
      const cells = columns.map((column) => cellMaker(column, guard))
      const format = { columns, cells, lines, delimiter, bom }
      return { table: new CsvTable(await files.create(`${name}.csv`), format, limits), limits }
    }
    const conversations = await open('conversations', conversationColumns)
    const entries = await open('entries', entryColumns)
    const opened = [conversations, entries].filter((one) => one !== undefined)
    return {
      async begin() {
        for (const { table } of opened) await table.begin()
      },
      async write(conversation) {
        const rows = allOrNothing(() => rowsFor(conversation), sizeOf)
        for (const { table, cells } of rows) {
          const isSlow = table.write(cells)
          if (isSlow !== undefined) await isSlow
        }
      },
      async end() {
        for (const { table, limits } of opened) {
          await table.end()
          for (const sentence of limits.sentences()) notice(sentence)
        }
      },
    } satisfies Writer

    function* rowsFor(conversation: ExportedConversation): Generator<RowOfTable, void, undefined> {
      if (conversations !== undefined)
        yield { table: conversations.table, cells: conversations.table.cellsOf(conversation) }
      if (entries !== undefined)
        for (const row of entryRows(conversation))
          yield { table: entries.table, cells: entries.table.cellsOf(row) }
    }
  },
}

type Cells = (string | null)[]
type RowOfTable = {
  readonly table: { write(cells: Cells): Promise<void> | undefined }
  readonly cells: Cells
}

function sizeOf({ cells }: RowOfTable): number {
  return cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0)
}

function delimiterOf(text: string): string {
  if ([',', ';', '|', '\t'].includes(text)) return text
  if (text === 'tab' || text === '\\t') return '\t'
  throw new HansardError('usage', `${JSON.stringify(text)} is not a delimiter`, {
    hint: "Use ',', ';', '|' or tab.",
  })
}
