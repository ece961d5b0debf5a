import { existsSync } from 'node:fs'

import { ConversationsClient } from '../../api/client.ts'
import { openArchive, type Archive } from '../../archive/archive.ts'
import { plural } from '../../model/plural.ts'
import { findApiKey } from '../connect.ts'
import { problemOf, type Diagnosis } from '../doctor/diagnosis.ts'
import {
  examineArchive,
  examineDisk,
  examinePermissions,
  examineVersions,
} from '../doctor/examine-machine.ts'
import { examineConnection, examineKey, examineRate } from '../doctor/examine-service.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { explain } from '../explain.ts'
import type { AccountOptions, Io } from '../io.ts'
import { writeLines, writeResult } from '../terminal/stdout.ts'

/** `hansard doctor`: examines this machine, the archive, the service and the key, and says what to do. It changes nothing. */
export async function doctorCommand(options: AccountOptions, io: Io): Promise<ExitCode> {
  const { archive: path, baseUrl = '' } = options
  const opened = await openedArchive(path)
  const archive = opened instanceof Error ? undefined : opened
  try {
    const diagnoses = [
      examineVersions(),
      examineArchive(path, opened, io.now()),
      examinePermissions(path),
      examineDisk(path, archive, io.now()),
      ...(await examineConnection(baseUrl, io)),
      await examineAccount(options, io),
      examineRate(archive, baseUrl, io.now()),
    ]
    const problems = diagnoses.filter(({ state }) => state === 'problem').length
    const warnings = diagnoses.filter(({ state }) => state === 'warning').length
    const result = { command: 'doctor', archive: path, problems, warnings, diagnoses: diagnoses.map(toJson) }
    const shown = options.quiet
      ? diagnoses.filter(({ state }) => state === 'problem' || state === 'warning')
      : diagnoses
    if (!options.json) await writeLines(io.stdout, shown.flatMap(format))
    await writeResult(options, io, result, [verdict(problems, warnings)])
    return problems > 0 ? exitCodes.failed : exitCodes.done
  } finally {
    archive?.close()
  }
}

async function openedArchive(path: string): Promise<Archive | Error | undefined> {
  if (!existsSync(path)) return undefined
  try {
    return openArchive(path)
  } catch (thrown) {
    const explained = await explain(thrown, path)
    return explained instanceof Error ? explained : new Error(String(explained))
  }
}

async function examineAccount(options: AccountOptions, io: Io): Promise<Diagnosis> {
  const { baseUrl, maxRps: requestsPerSecond } = options
  try {
    const apiKey = await findApiKey(options, io)
    const client = new ConversationsClient({ apiKey, baseUrl, requestsPerSecond, retry: { attempts: 1 } })
    return await examineKey(client, io.signal).finally(() => client.close())
  } catch (thrown) {
    return problemOf('key', thrown)
  }
}

const SIGNS = { ok: 'ok', warning: 'WARNING', problem: 'PROBLEM', unknown: '-' } as const

function format({ about, state, what, hint }: Diagnosis): string[] {
  return [
    `${SIGNS[state].padEnd(8)} ${about}: ${what}`,
    ...(hint === undefined ? [] : [`         hint: ${hint}`]),
  ]
}

function verdict(problems: number, warnings: number): string {
  if (problems + warnings === 0) return 'Nothing is wrong.'
  return `${plural(problems, 'problem')}, ${plural(warnings, 'warning')}.`
}

function toJson({
  hint = null,
  ...diagnosis
}: Omit<Diagnosis, 'hint'> & { readonly hint?: string | undefined | null }): object {
  return { ...diagnosis, hint }
}
