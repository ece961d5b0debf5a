import { gzipSync } from 'node:zlib'

import { ByteWriter, ParquetWriter, type ColumnSource, type SchemaElement } from 'hyparquet-writer'

import { microsecondsOf } from '../../model/instant.ts'
import { version } from '../../own-files.ts'
import type { OutputFile } from '../format.ts'
import type { Column, Kind } from './columns.ts'

/** A row group ends after this many characters or rows: it is in memory as a whole, in several copies. */
const GROUP_CHARACTERS = 16 * 1024 * 1024
const GROUP_ROWS = 50_000

/** Bytes that are written to the file at once. */
const CHUNK = 1024 * 1024

/**
 * Writes one Parquet file. Rows are kept until they fill a row group, which is then written at once: of what was written
 * before, Parquet needs only the offsets.
 */
export class ParquetFile {
  readonly #file: OutputFile
  readonly #columns: readonly Column<never>[]
  readonly #bytes = new ByteWriter()
  readonly #parquet: ParquetWriter
  #values: Value[][]
  #rows = 0
  #characters = 0

  constructor(file: OutputFile, columns: readonly Column<never>[]) {
    this.#file = file
    this.#columns = columns
    this.#values = columns.map(() => [])
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaOf(columns),
      createdBy: `hansard version ${version}`,
      codec: 'GZIP',
      compressors: { GZIP: compressFast },
    })
  }

  write(values: readonly Value[]): Promise<void> | undefined {
    for (const [i, value] of values.entries()) {
      this.#values[i]?.push(value)
      if (typeof value === 'string') this.#characters += value.length
    }
    this.#rows++
    return this.#characters < GROUP_CHARACTERS && this.#rows < GROUP_ROWS ? undefined : this.#endGroup()
  }

  async end(): Promise<void> {
    if (this.#rows > 0) await this.#endGroup()
    await this.#parquet.finish()
    await this.#send()
    await this.#file.close()
  }

  async #endGroup(): Promise<void> {
    const columnData = this.#columns.map(({ name, kind }, i): ColumnSource => {
      const data = this.#values[i] ?? []
      // These values are all different, and nobody queries their minimum and maximum.
      return kind === 'json' ? { name, data, encoding: 'PLAIN', statistics: false } : { name, data }
    })
    this.#values = this.#columns.map(() => [])
    await this.#parquet.write({ columnData, rowGroupSize: this.#rows })
    this.#rows = 0
    this.#characters = 0
    await this.#send()
  }

  /** Writes what the library has buffered, and lets it reuse the buffer. It counts offsets by itself. */
  async #send(): Promise<void> {
    const bytes = this.#bytes.getBytes()
    for (let i = 0; i < bytes.length; i += CHUNK) await this.#file.write(bytes.slice(i, i + CHUNK))
    this.#bytes.index = 0
  }
}

/**
 * Node's zlib is native. The library's own Snappy is JavaScript: exports took half as long again, and their files were larger.
 * Every reader knows both.
 */
function compressFast(bytes: Uint8Array): Uint8Array {
  // More memory for its tables, and one piece of output instead of one for every 16 KB: compressing takes an eighth less time.
  return gzipSync(bytes, { level: 1, memLevel: 9, chunkSize: Math.max(bytes.length, 64) })
}

/** Returns the values of a row, one for each column. */
export function valuesOf<Row>(columns: readonly Column<Row>[], row: Row): Value[] {
  return columns.map(({ kind, of }) => {
    const value = of(row)
    return kind === 'time' ? (microsecondsOf(String(value)) ?? null) : value
  })
}

export type Value = string | number | bigint | null

function schemaOf(columns: readonly Column<never>[]): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, kind }): SchemaElement => ({
      name,
      repetition_type: 'OPTIONAL',
      ...types[kind],
    })),
  ]
}

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const

/** JSON is written as text: as type JSON, the library would encode the text once more. */
const types: Readonly<Record<Kind, Omit<SchemaElement, 'name'>>> = {
  text,
  json: text,
  integer: { type: 'INT32' },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
}
