// Copies Parquet files with DuckDB, with the same partitions.
import { DuckDBInstance } from '@duckdb/node-api'

const [, , from, to] = process.argv
const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run(
  `copy (select * from read_parquet('${from}/entries/**/*.parquet', hive_partitioning = true))
   to '${to}' (format parquet, partition_by (month))`,
)
