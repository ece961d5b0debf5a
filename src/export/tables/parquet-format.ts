import { monthOf } from '../../model/instant.ts'
import { allOrNothing } from '../exclusion.ts'
import type { ExportedConversation, OutputFiles, Format } from '../format.ts'
import { conversationColumns, describeColumns, entryColumns, entryRows, type Column } from './columns.ts'
import { ParquetFile, valuesOf, type ParquetLibrary, type Value } from './parquet-file.ts'

/**
 * Two tables, each a folder of Parquet files by the month in which conversations were created. Conversations are read in
 * that order, so one month is written at a time.
 */
export const parquetFormat: Format = {
  summary: 'Parquet tables by month, for DuckDB, Spark, Trino or ClickHouse',
  options: [],
  notes: `Columns of conversations/month=*/part-0.parquet:
${describeColumns(conversationColumns)}

Columns of entries/month=*/part-0.parquet:
${describeColumns(entryColumns)}

The month is when the conversation was created, in UTC; month=unknown if the API did not tell.
Times are timestamps (microseconds, UTC), null if the API sent no valid time; json has what it sent.`,
  shape: () => 'folder',
  canStream: () => false,
  async open({ files }) {
    const library = await import('hyparquet-writer')
    const conversations = new PartitionedTable('conversations', conversationColumns, files, library)
    const entries = new PartitionedTable('entries', entryColumns, files, library)
    return {
      begin: async () => undefined,
      async write(conversation) {
        const month = conversation.createdAt === null ? UNKNOWN : monthOf(conversation.createdAt)
        for (const { table, values } of allOrNothing(() => rowsFor(conversation), sizeOf))
          await table.write(month, values)
      },
      async end() {
        await conversations.end()
        await entries.end()
      },
    }

    function* rowsFor(conversation: ExportedConversation): Generator<RowOfTable, void, undefined> {
      yield { table: conversations, values: valuesOf(conversationColumns, conversation) }
      for (const row of entryRows(conversation)) yield { table: entries, values: valuesOf(entryColumns, row) }
    }
  },
}

const UNKNOWN = 'unknown'

interface RowOfTable {
  readonly table: PartitionedTable
  readonly values: readonly Value[]
}

function sizeOf({ values }: RowOfTable): number {
  return values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0)
}

/** Writes the files of a table, one at a time. */
class PartitionedTable {
  readonly #table: string
  readonly #columns: readonly Column<never>[]
  readonly #files: OutputFiles
  readonly #library: ParquetLibrary
  #month: string | undefined
  #file: ParquetFile | undefined

  constructor(table: string, columns: readonly Column<never>[], files: OutputFiles, library: ParquetLibrary) {
    this.#table = table
    this.#columns = columns
    this.#files = files
    this.#library = library
  }

  async write(month: string, values: readonly Value[]): Promise<void> {
    if (month !== this.#month) await this.#begin(month)
    await this.#file?.write(values)
  }

  /** Ends the table. An empty table is a file without rows, so that readers find the columns. */
  async end(): Promise<void> {
    if (this.#file === undefined) await this.#begin(UNKNOWN)
    await this.#file?.end()
  }

  async #begin(month: string): Promise<void> {
    await this.#file?.end()
    this.#month = month
    const file = await this.#files.create(`${this.#table}/month=${month}/part-0.parquet`)
    this.#file = new ParquetFile(file, this.#columns, this.#library)
  }
}
