import { instantOf } from '../model/instant.ts'
import { conversationColumns, describeColumns, entryColumns, rowsOf, type Column } from './columns.ts'
import type { Format, OutputFile, Writer } from './format.ts'
import { defuseFormula, HOW_TO_UNDO } from './formulas.ts'

type CsvOptions = {
  readonly table?: 'conversations' | 'entries'
  readonly bom?: boolean
  readonly escapeFormulas?: boolean
}

/** Two tables as RFC 4180 has them: UTF-8, commas, CRLF, quotes where they are needed. */
export const csv: Format<CsvOptions> = {
  summary: 'tables for spreadsheets and analysts: conversations.csv and entries.csv',
  options: [
    {
      flags: '--table <name>',
      about: 'only this table, into a file or to stdout',
      choices: ['conversations', 'entries'],
    },
    { flags: '--bom', about: 'begin with a byte order mark, by which Excel knows UTF-8' },
    {
      flags: '--no-escape-formulas',
      about: 'put no ’ before cells that a spreadsheet would run as formulas',
    },
  ],
  notes: `Columns of conversations.csv:
${describeColumns(conversationColumns)}

Columns of entries.csv:
${describeColumns(entryColumns)}

Times are in UTC (2026-11-22T08:17:10.123456Z); one that can’t be read is as the API sent it.
Formulas are defused with a ' in front, in all columns but json and metadata. ${HOW_TO_UNDO}
NUL, which most readers of CSV choke on, is U+FFFD in the cells; json has it as \\u0000.`,
  shape: ({ table }) => (table === undefined ? 'folder' : 'file'),
  canStream: ({ table }) => table !== undefined,
  async open({ files }, options) {
    const { stringify } = await import('csv-stringify/sync')
    const lines: Lines = (rows) => stringify(rows, { record_delimiter: 'windows' })
    const open = async <Row>(name: CsvOptions['table'], columns: readonly Column<Row>[]) =>
      options.table === undefined || options.table === name
        ? new Table(await files.create(`${name}.csv`), columns, lines, options)
        : undefined
    const conversations = await open('conversations', conversationColumns)
    const entries = await open('entries', entryColumns)
    return {
      async begin() {
        await conversations?.begin()
        await entries?.begin()
      },
      async write(conversation) {
        await conversations?.write(conversation)
        if (entries !== undefined) for (const row of rowsOf(conversation)) await entries.write(row)
      },
      async end() {
        await conversations?.end()
        await entries?.end()
      },
    } satisfies Writer
  },
}

type Lines = (rows: string[][]) => string

/** Rows are turned into lines together: asking the library anew for each takes its time. */
const BATCH = 64 * 1024

/** Above this a row is written in pieces: the library makes several copies of each cell, and 5 MB took 100 MB so. */
const LARGE = 256 * 1024

class Table<Row> {
  readonly #file: OutputFile
  readonly #columns: readonly Column<Row>[]
  readonly #cells: readonly ((row: Row) => string)[]
  readonly #lines: Lines
  readonly #bom: boolean
  #rows: string[][] = []
  #size = 0

  constructor(
    file: OutputFile,
    columns: readonly Column<Row>[],
    lines: Lines,
    { bom = false, escapeFormulas = true }: CsvOptions,
  ) {
    this.#file = file
    this.#columns = columns
    this.#cells = columns.map((column) => cellOf(column, escapeFormulas))
    this.#lines = lines
    this.#bom = bom
  }

  async begin(): Promise<void> {
    if (this.#bom) await this.#file.write('\ufeff')
    await this.#file.write(this.#lines([this.#columns.map(({ name }) => name)]))
  }

  write(row: Row): Promise<void> | undefined {
    const cells = this.#cells.map((cell) => cell(row))
    const size = cells.reduce((sum, { length }) => sum + length, 0)
    if (size > LARGE) return this.#writeLarge(cells)
    this.#rows.push(cells)
    this.#size += size
    return this.#size < BATCH ? undefined : this.#flush()
  }

  async end(): Promise<void> {
    await this.#flush()
    await this.#file.close()
  }

  async #writeLarge(cells: readonly string[]): Promise<void> {
    await this.#flush()
    let separator = ''
    for (const cell of cells) {
      await this.#file.write(`${separator}"`)
      for (const piece of piecesOf(cell)) await this.#file.write(piece.replaceAll('"', '""'))
      separator = '",'
    }
    await this.#file.write('"\r\n')
  }

  async #flush(): Promise<void> {
    const rows = this.#rows
    this.#rows = []
    this.#size = 0
    if (rows.length > 0) await this.#file.write(this.#lines(rows))
  }
}

function* piecesOf(text: string): Generator<string, void, undefined> {
  for (let start = 0; start < text.length;) {
    let end = start + BATCH
    // Half a surrogate pair is no character.
    if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end++
    yield text.slice(start, end)
    start = end
  }
}

function cellOf<Row>({ kind, of }: Column<Row>, escapeFormulas: boolean): (row: Row) => string {
  const text = (row: Row) => String(of(row) ?? '')
  // JSON runs as no formula: what begins with a minus there is a number.
  if (kind === 'integer' || kind === 'json') return text
  const defused = escapeFormulas ? defuseFormula : (cell: string) => cell
  if (kind === 'time') return (row) => instantOf(text(row)) ?? defused(readable(text(row)))
  return (row) => defused(readable(text(row)))
}

function readable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
}
