import type { ByteWriter, ColumnSource, ParquetWriter, SchemaElement } from 'hyparquet-writer'

import { microsecondsOf } from '../../model/instant.ts'
import { version } from '../../version.ts'
import type { OutputFile } from '../format.ts'
import type { Column, Kind } from './columns.ts'

/** What we need of the library, which is loaded when it is wanted. */
export type ParquetLibrary = {
  readonly ByteWriter: new () => ByteWriter
  readonly ParquetWriter: new (options: ConstructorParameters<typeof ParquetWriter>[0]) => ParquetWriter
}

/** A row group ends with this many characters, or rows: it is in memory as a whole, and in several forms at once. */
const GROUP_CHARACTERS = 16 * 1024 * 1024
const GROUP_ROWS = 50_000

/** What goes to the file at once. */
const CHUNK = 1024 * 1024

/**
 * One Parquet file. Rows are kept until they are a row group; its bytes go on at once, as Parquet needs nothing of what
 * was written before but where it stands.
 */
export class ParquetFile {
  readonly #file: OutputFile
  readonly #columns: readonly Column<never>[]
  readonly #bytes: ByteWriter
  readonly #parquet: ParquetWriter
  #values: Value[][]
  #rows = 0
  #characters = 0

  constructor(file: OutputFile, columns: readonly Column<never>[], library: ParquetLibrary) {
    this.#file = file
    this.#columns = columns
    this.#bytes = new library.ByteWriter()
    this.#values = columns.map(() => [])
    this.#parquet = new library.ParquetWriter({
      writer: this.#bytes,
      schema: schemaOf(columns),
      createdBy: `hansard version ${version}`,
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
      // No two of these are the same, and nobody asks for their least and greatest.
      return kind === 'json' ? { name, data, encoding: 'PLAIN', statistics: false } : { name, data }
    })
    this.#values = this.#columns.map(() => [])
    await this.#parquet.write({ columnData, rowGroupSize: this.#rows })
    this.#rows = 0
    this.#characters = 0
    await this.#send()
  }

  /** Hands on what the library has written, and lets it write over that; it counts on by itself. */
  async #send(): Promise<void> {
    const bytes = this.#bytes.getBytes()
    for (let i = 0; i < bytes.length; i += CHUNK) await this.#file.write(bytes.slice(i, i + CHUNK))
    this.#bytes.index = 0
  }
}

/** The values of a row, a column each. */
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

/** JSON is a text here: the library would take a JSON text for a string, and encode it once more. */
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
