/** What makes a spreadsheet take a cell for a formula: these (their full-width forms too), even after white space. */
const RUNS = /^'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/

/**
 * Puts a `'` before a cell that a spreadsheet would run (https://owasp.org/www-community/attacks/CSV_Injection). What
 * begins with `'` before such a character gets one more, so that taking one away gives back every text as it was.
 */
export function defuseFormula(cell: string): string {
  return RUNS.test(cell) ? `'${cell}` : cell
}

/** How to take it back, for those who read the cells with a program. */
export const HOW_TO_UNDO = `To undo it, remove one ' from cells that match ^'+([\\t\\r\\n]|\\s*[=+\\-@＝＋－＠]).`
