import { existsSync, readFileSync } from 'node:fs'

/** Those of some texts that a database file or its log contains, whatever their case. */
export function foundInFile(path: string, texts: readonly string[]): string[] {
  const files = [path, `${path}-wal`].filter((file) => existsSync(file))
  const bytes = files.map((file) => readFileSync(file).toString('latin1').toLowerCase()).join('')
  return texts.filter((text) => bytes.includes(Buffer.from(text).toString('latin1').toLowerCase()))
}
