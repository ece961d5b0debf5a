import { plural } from '../../model/plural.ts'

/** Excel: characters (UTF-16) in a cell, and rows in a sheet including the header. */
const EXCEL_CELL = 32_767
const EXCEL_ROWS = 1_048_576

/** Python's csv module: characters in a field; `csv.field_size_limit` raises it. */
const PYTHON_CELL = 131_072

/** The text for the help. */
export const READER_LIMITS = `Limits of readers: Excel reads 32,767 characters in a cell and 1,048,576 rows in a sheet,
Python's csv module 131,072 characters in a cell (csv.field_size_limit raises it), and
DuckDB 2,000,000 bytes in a row (max_line_size raises it).
The export is always complete; what exceeds a limit is counted on stderr.`

/** Counts the cells and rows of a table that exceed the limits of some readers. */
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

  /** Yields a sentence for each limit that is exceeded. */
  *sentences(): Generator<string, void, undefined> {
    const file = this.#file
    if (this.#overExcel > 0)
      yield `${file}: ${plural(this.#overExcel, 'cell')} over 32,767 characters, which Excel truncates or splits into rows`
    if (this.#overPython > 0)
      yield `${file}: ${plural(this.#overPython, 'cell')} over 131,072 characters, which Python's csv module refuses unless csv.field_size_limit is raised`
    if (this.#rows > EXCEL_ROWS) yield `${file}: ${plural(this.#rows, 'row')}, of which Excel reads 1,048,576`
  }
}
