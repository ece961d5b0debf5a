/** Excel: characters (UTF-16) in a cell, rows in a sheet, the header included. */
const EXCEL_CELL = 32_767
const EXCEL_ROWS = 1_048_576

/** Python’s csv module: characters in a field, unless `csv.field_size_limit` raises it. */
const PYTHON_CELL = 131_072

/** For the help. */
export const READER_LIMITS = `Limits of readers: Excel takes 32,767 characters in a cell and 1,048,576 rows in a sheet,
Python's csv module 131,072 characters in a cell (csv.field_size_limit raises it), and
DuckDB 2,000,000 bytes in a row (max_line_size raises it).
The export is complete all the same; what is over a limit is counted on stderr.`

/** Counts what of a table some readers do not take. */
export class ReaderLimits {
  readonly #file: string
  #rows = 1
  #overExcel = 0
  #overPython = 0

  constructor(file: string) {
    this.#file = file
  }

  count(cells: readonly (string | null)[]): void {
    this.#rows++
    for (const cell of cells) {
      if (cell === null || cell.length <= EXCEL_CELL) continue
      this.#overExcel++
      if (cell.length > PYTHON_CELL) this.#overPython++
    }
  }

  /** A sentence for each limit that was passed. */
  *sentences(): Generator<string, void, undefined> {
    const file = this.#file
    if (this.#overExcel > 0)
      yield `${file}: ${cells(this.#overExcel)} over 32,767 characters, which Excel cuts or spreads over further rows`
    if (this.#overPython > 0)
      yield `${file}: ${cells(this.#overPython)} over 131,072 characters, which Python's csv module refuses unless csv.field_size_limit is raised`
    if (this.#rows > EXCEL_ROWS)
      yield `${file}: ${this.#rows.toLocaleString('en')} rows, of which Excel reads 1,048,576`
  }
}

function cells(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'cell' : 'cells'}`
}
