import type { OutputFile } from '../format.ts'
import type { Column } from './columns.ts'
import type { CellMaker } from './csv-cells.ts'
import type { ReaderLimits } from './reader-limits.ts'

/** Formats rows as lines of CSV. */
export type FormatRows = (rows: (string | null)[][]) => string

/** How to write a table. */
export interface TableFormat<Row> {
  readonly columns: readonly Column<Row>[]
  readonly cells: readonly CellMaker<Row>[]
  readonly lines: FormatRows
  readonly delimiter: string
  readonly bom: boolean
}

/** Characters of rows that are formatted together, since calling the library for each row is slow. */
const BATCH = 64 * 1024

/** Above this a row is written in pieces: the library copies each cell several times, and a cell of 5 MB took 100 MB. */
const LARGE = 256 * 1024

/** Writes one table to one file, and counts what exceeds the limits of some readers. */
export class CsvTable<Row> {
  readonly #file: OutputFile
  readonly #format: TableFormat<Row>
  readonly #limits: ReaderLimits
  #rows: (string | null)[][] = []
  #size = 0

  constructor(file: OutputFile, format: TableFormat<Row>, limits: ReaderLimits) {
    this.#file = file
    this.#format = format
    this.#limits = limits
  }

  async begin(): Promise<void> {
    const { bom, columns, lines } = this.#format
    if (bom) await this.#file.write('\ufeff')
    await this.#file.write(lines([columns.map(({ name }) => name)]))
  }

  /** Returns the cells of a row. An error is thrown here, before a byte of the row is written. */
  cellsOf(row: Row): (string | null)[] {
    return this.#format.cells.map((cell) => cell(row))
  }

  write(cells: (string | null)[]): Promise<void> | undefined {
    this.#limits.count(cells)
    const size = cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0)
    if (size > LARGE) return this.#writeLarge(cells)
    this.#rows.push(cells)
    this.#size += size
    return this.#size < BATCH ? undefined : this.#flush()
  }

  async end(): Promise<void> {
    await this.#flush()
    await this.#file.close()
  }

  async #writeLarge(cells: readonly (string | null)[]): Promise<void> {
    await this.#flush()
    let separator = ''
    for (const cell of cells) {
      await this.#file.write(separator)
      if (cell !== null) await this.#writeQuoted(cell)
      separator = this.#format.delimiter
    }
    await this.#file.write('\r\n')
  }

  async #writeQuoted(cell: string): Promise<void> {
    await this.#file.write('"')
    for (const piece of splitText(cell)) await this.#file.write(piece.replaceAll('"', '""'))
    await this.#file.write('"')
  }

  async #flush(): Promise<void> {
    const rows = this.#rows
    this.#rows = []
    this.#size = 0
    if (rows.length > 0) await this.#file.write(this.#format.lines(rows))
  }
}

function* splitText(text: string): Generator<string, void, undefined> {
  for (let start = 0; start < text.length;) {
    let end = start + BATCH
    // Do not split a surrogate pair.
    if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end++
    yield text.slice(start, end)
    start = end
  }
}
