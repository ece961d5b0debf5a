import type { Format } from '../format.ts'
import { conversationColumns, describeColumns, entryColumns } from './columns.ts'

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
  folder: { holds: 'two tables, with a file for each month' },
  shape: () => 'folder',
  canStream: () => false,
  async open({ files }) {
    const { parquetWriter } = await import('./parquet-writer.ts')
    return parquetWriter(files)
  },
}
