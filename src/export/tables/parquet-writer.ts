import { monthOf } from '../../model/instant.ts'
import { allOrNothing } from '../exclusion.ts'
import type { ExportedConversation, OutputFiles, Writer } from '../format.ts'
import { conversationColumns, entryColumns, entryRows, type Column } from './columns.ts'
import { ParquetFile, valuesOf, type Value } from './parquet-file.ts'

const UNKNOWN = 'unknown'

/** Writes both tables, each in the month of the conversation. */
export function parquetWriter(files: OutputFiles): Writer {
  const conversations = partitionedTable('conversations', conversationColumns, files)
  const entries = partitionedTable('entries', entryColumns, files)
  const rowsFor = function* (conversation: ExportedConversation) {
    yield { table: conversations, values: valuesOf(conversationColumns, conversation) }
    for (const row of entryRows(conversation)) yield { table: entries, values: valuesOf(entryColumns, row) }
  }
  return {
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
}

function sizeOf({ values }: { readonly values: readonly Value[] }): number {
  return values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0)
}

/** Writes the files of a table, one at a time. */
function partitionedTable(name: string, columns: readonly Column<never>[], files: OutputFiles) {
  let month: string | undefined
  let file: ParquetFile | undefined
  const begin = async (next: string) => {
    await file?.end()
    month = next
    file = new ParquetFile(await files.create(`${name}/month=${next}/part-0.parquet`), columns)
  }
  return {
    async write(ofMonth: string, values: readonly Value[]): Promise<void> {
      if (ofMonth !== month) await begin(ofMonth)
      await file?.write(values)
    },
    /** Ends the table. An empty table is a file without rows, so that readers find the columns. */
    async end(): Promise<void> {
      if (file === undefined) await begin(UNKNOWN)
      await file?.end()
    },
  }
}
