import { instantOf } from '../../model/instant.ts'
import type { Column } from './columns.ts'
import type { FormulaGuard } from './formulas.ts'

/** Makes the cell of a column from a row; null where the archive has nothing. */
export type CellOf<Row> = (row: Row) => string | null

/** @param guard makes formulas harmless; undefined to leave them as they are */
export function cellOf<Row>({ kind, of }: Column<Row>, guard: FormulaGuard | undefined): CellOf<Row> {
  const text = (row: Row) => {
    const value = of(row)
    return value === null ? null : String(value)
  }
  if (kind === 'integer') return text
  if (kind === 'json') return guard === undefined ? text : ifAny(text, guard.json)
  const shown = guard === undefined ? readable : (cell: string) => guard.text(readable(cell))
  return ifAny(text, kind === 'time' ? (cell) => instantOf(cell) ?? shown(cell) : shown)
}

function ifAny<Row>(of: CellOf<Row>, change: (cell: string) => string): CellOf<Row> {
  return (row) => {
    const cell = of(row)
    return cell === null ? null : change(cell)
  }
}

/** Most readers of CSV choke on NUL. */
function readable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
}
