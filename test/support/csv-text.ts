import { undoPattern } from '../../src/export/tables/formula-guard.ts'

/** Undoes the escaping of formulas as the help says. */
export function withoutGuard(text: string): string {
  return text.replaceAll(new RegExp(undoPattern(','), 'g'), '$1')
}

/** Returns a text as a text file can contain it: without lone surrogates and NUL. */
export function asFileText(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\ufffd')).toString()
}
