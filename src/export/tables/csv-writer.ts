import { stringify } from 'csv-stringify/sync'

import { instantOf } from '../../model/instant.ts'
import { allOrNothing } from '../exclusion.ts'
import type { ExportContext, ExportedConversation, Writer } from '../format.ts'
import { conversationColumns, entryColumns, entryRows, type Column } from './columns.ts'
import { formulaGuard, type FormulaGuard } from './formula-guard.ts'
import { ReaderLimits } from './reader-limits.ts'

export type CsvOptions = {
  readonly table?: 'conversations' | 'entries'
  readonly delimiter?: string
  readonly bom?: boolean
  readonly escapeFormulas?: boolean
}

type Cells = (string | null)[]

interface RowOfTable {
  readonly table: { write(cells: Cells): Promise<void> | undefined }
  readonly cells: Cells
}

/** Characters that some reader takes for the end of a line or a cell. They are quoted, whatever the delimiter. */
const BREAKS = /[\n\r\v\f\x1c-\x1e\x85\u2028\u2029,;\t|]/

/** Characters of rows that are formatted together, since calling the library for each row is slow. */
const BATCH = 64 * 1024

/** Above this a row is written in pieces: the library copies each cell several times, and a cell of 5 MB took 100 MB. */
const LARGE = 256 * 1024

/** Writes the tables of conversations and entries, or one of them. */
export async function csvWriter(context: ExportContext, options: CsvOptions): Promise<Writer> {
  const open = async <Row>(name: CsvOptions['table'] & string, columns: readonly Column<Row>[]) =>
    (options.table ?? name) === name ? openTable(`${name}.csv`, columns, context, options) : undefined
  const conversations = await open('conversations', conversationColumns)
  const entries = await open('entries', entryColumns)
  const rowsFor = function* (conversation: ExportedConversation): Generator<RowOfTable> {
    if (conversations !== undefined)
      yield { table: conversations, cells: conversations.cellsOf(conversation) }
    if (entries !== undefined)
      for (const row of entryRows(conversation)) yield { table: entries, cells: entries.cellsOf(row) }
  }
  return {
    async write(conversation) {
      const rows = allOrNothing(
        () => rowsFor(conversation),
        ({ cells }) => sizeOf(cells),
      )
      for (const { table, cells } of rows) {
        const isSlow = table.write(cells)
        if (isSlow !== undefined) await isSlow
      }
    },
    async end() {
      await conversations?.end()
      await entries?.end()
    },
  }
}

async function openTable<Row>(
  name: string,
  columns: readonly Column<Row>[],
  { files, notice }: ExportContext,
  { delimiter = ',', bom = false, escapeFormulas = true }: CsvOptions,
) {
  const guard = escapeFormulas ? formulaGuard(delimiter) : undefined
  const makers = columns.map((column) => cellMaker(column, guard))
  const limits = new ReaderLimits(name)
  const file = await files.create(name)
  let rows: Cells[] = []
  let size = 0

  const flush = async () => {
    const batch = rows
    rows = []
    size = 0
    if (batch.length > 0) await file.write(formatRows(batch, delimiter))
  }
  const writeLarge = async (cells: Cells) => {
    await flush()
    for (const [i, cell] of cells.entries()) {
      if (i > 0) await file.write(delimiter)
      for (const piece of quotedPieces(cell)) await file.write(piece)
    }
    await file.write('\r\n')
  }

  if (bom) await file.write('\ufeff')
  await file.write(formatRows([columns.map((column) => column.name)], delimiter))
  return {
    /** Returns the cells of a row. An error is thrown here, before a byte of the row is written. */
    cellsOf: (row: Row): Cells => makers.map((make) => make(row)),
    write(cells: Cells): Promise<void> | undefined {
      limits.count(cells)
      const added = sizeOf(cells)
      if (added > LARGE) return writeLarge(cells)
      rows.push(cells)
      size += added
      return size < BATCH ? undefined : flush()
    },
    async end(): Promise<void> {
      await flush()
      await file.close()
      for (const sentence of limits.sentences()) notice(sentence)
    },
  }
}

function formatRows(rows: Cells[], delimiter: string): string {
  return stringify(rows, {
    delimiter,
    record_delimiter: 'windows',
    quoted_match: BREAKS,
    // Null still becomes an empty cell.
    cast: { string: (cell) => (cell === '' ? { value: cell, quoted_empty: true } : cell) },
  })
}

function sizeOf(cells: Cells): number {
  return cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0)
}

/** Yields a cell in pieces, in quotes. */
function* quotedPieces(cell: string | null): Generator<string> {
  if (cell === null) return
  yield '"'
  for (let start = 0; start < cell.length;) {
    let end = start + BATCH
    // Do not split a surrogate pair.
    if (/[\ud800-\udbff]/.test(cell.charAt(end - 1))) end++
    yield cell.slice(start, end).replaceAll('"', '""')
    start = end
  }
  yield '"'
}

/** Returns a function that makes the cell of a column from a row; null if the archive has no value. */
function cellMaker<Row>({ kind, of }: Column<Row>, guard: FormulaGuard | undefined) {
  const escape = guard?.text ?? ((cell: string) => cell)
  // Most readers of CSV fail on NUL.
  const shown = (cell: string) => escape(cell.includes('\0') ? cell.replaceAll('\0', '\ufffd') : cell)
  const changes = {
    integer: (cell: string) => cell,
    json: guard?.json ?? ((cell: string) => cell),
    text: shown,
    time: (cell: string) => instantOf(cell) ?? shown(cell),
  }
  return (row: Row): string | null => {
    const value = of(row)
    return value === null ? null : changes[kind](String(value))
  }
}
