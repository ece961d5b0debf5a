import { cutTimeUtc } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import type { ConfiguredAccount } from '../config/apply-profiles.ts'
import { readCoverage } from '../coverage.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { coverageColumns, isCovered, oldestFirst, type Coverage } from '../terminal/coverage-lines.ts'
import { withPager } from '../terminal/pager.ts'
import { errorToJson } from '../terminal/report-error.ts'
import { writeJson, writeLines } from '../terminal/stdout.ts'
import { writeTable } from '../terminal/table.ts'

interface StatusAllOptions extends GlobalOptions {
  /** Since when a complete backup of each account is expected, as an ISO time. */
  readonly maxAge?: string
}

/** `hansard status --all`: whether each account of the configuration has a complete backup, and how old it is. */
export async function statusAll(
  accounts: readonly ConfiguredAccount<GlobalOptions>[],
  options: StatusAllOptions,
  io: Io,
): Promise<ExitCode> {
  const coverage: Coverage[] = []
  for (const { name, options } of accounts) coverage.push(await readCoverage(name, options.archive))
  const { maxAge } = options
  const missing = coverage.filter((each) => !isCovered(each, maxAge))
  if (options.json) await writeJson(io.stdout, toJson(coverage, missing.length, options, io.now()))
  else await withPager(options, io, (paged) => print(coverage, missing, options, paged))
  return missing.length > 0 ? exitCodes.partial : exitCodes.done
}

async function print(
  coverage: readonly Coverage[],
  missing: readonly Coverage[],
  { quiet, maxAge }: StatusAllOptions,
  io: Io,
): Promise<ExitCode> {
  const rows = (quiet ? missing : coverage).toSorted(oldestFirst)
  const expected =
    maxAge === undefined ? 'a complete backup' : `a complete backup since ${cutTimeUtc(maxAge, 'minute')}`
  const count = coverage.length - missing.length
  if (io.stdout.isTTY && rows.length > 0)
    await writeLines(io.stdout, [`${count} of ${plural(coverage.length, 'account')} have ${expected}.`, ''])
  await writeTable(io, coverageColumns(io.now()), rows)
  return exitCodes.done
}

function toJson(
  coverage: readonly Coverage[],
  uncovered: number,
  { maxAge }: StatusAllOptions,
  now: Date,
): object {
  return {
    command: 'status --all',
    covered: coverage.length - uncovered,
    uncovered,
    accounts: coverage.map((each) => {
      const {
        profile,
        archive,
        lastComplete = null,
        lastRun = null,
        holds = null,
        bytes = null,
        error,
      } = each
      const age = lastComplete === null ? null : (now.getTime() - Date.parse(lastComplete.startedAt)) / 1000
      return {
        ...{ profile, archive, covered: isCovered(each, maxAge), lastComplete, lastRun, holds, bytes },
        ageSeconds: age === null ? null : Math.max(0, Math.floor(age)),
        error: error === undefined ? null : errorToJson(error),
      }
    }),
  }
}
