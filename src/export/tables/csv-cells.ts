import { instantOf } from '../../model/instant.ts'
import type { Column } from './columns.ts'
import type { FormulaGuard } from './formula-guard.ts'

/** Returns the cell of a column for a row; null if the archive has no value. */
export type CellMaker<Row> = (row: Row) => string | null

/** @param guard escapes formulas; undefined to leave them unchanged */
export function cellMaker<Row>({ kind, of }: Column<Row>, guard: FormulaGuard | undefined): CellMaker<Row> {
  const text = (row: Row) => {
    const value = of(row)
    return value === null ? null : String(value)
  }
  if (kind === 'integer') return text
  if (kind === 'json') return guard === undefined ? text : mapCell(text, guard.json)
  const shown = guard === undefined ? replaceNul : (cell: string) => guard.text(replaceNul(cell))
  return mapCell(text, kind === 'time' ? (cell) => instantOf(cell) ?? shown(cell) : shown)
}

function mapCell<Row>(of: CellMaker<Row>, change: (cell: string) => string): CellMaker<Row> {
  return (row) => {
    const cell = of(row)
    return cell === null ? null : change(cell)
  }
}

/** Most readers of CSV fail on NUL. */
function replaceNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
}
