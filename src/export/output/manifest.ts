import { toSnakeCase } from '../../model/json/rename-keys.ts'

/** A file of an export. */
export interface ExportedFile {
  /** Its path inside the export, `/` between folders. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** What an export contains and how it was made. It has no time, so the same archive gives the same bytes. */
export interface Manifest {
  readonly hansard: string
  readonly format: string
  readonly options: Readonly<Record<string, unknown>>
  readonly selection: Readonly<Record<string, unknown>>
  readonly counts: Readonly<Record<string, number>>
  readonly files: readonly ExportedFile[]
}

/** Yields the text of a manifest in pieces, from the JSON of each file, so that a million files need no memory. */
export async function* manifestText(
  head: Omit<Manifest, 'files'>,
  files: AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  const { hansard, format, options, selection, counts } = head
  const json = toSnakeCase({ hansard, format, options, selection, counts }, ['metadata'])
  yield `${JSON.stringify(json, null, 2).slice(0, -2)},\n  "files": [`
  let separator = '\n    '
  for await (const file of files) {
    yield separator + file
    separator = ',\n    '
  }
  yield '\n  ]\n}\n'
}

/** Returns the files that a manifest lists; undefined if the text is not a manifest of an export. */
export function listManifestFiles(text: string): readonly string[] | undefined {
  try {
    const { hansard, files } = JSON.parse(text) as Partial<Manifest>
    return typeof hansard === 'string' ? files?.map(({ path }) => path) : undefined
  } catch {
    return undefined
  }
}
