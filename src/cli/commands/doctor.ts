import { existsSync } from 'node:fs'

import { ConversationsClient } from '../../api/client.ts'
import { openArchive, refuseMissing, type Archive } from '../../archive/archive.ts'
import type { Learnt } from '../../backup/probe/probe-service.ts'
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
import { probeAccount, type ProbeCommandOptions } from '../doctor/probe-account.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { explain } from '../explain.ts'
import type { AccountOptions, Io } from '../io.ts'
import { confirm, refuseWithoutTerminal } from '../terminal/confirm.ts'
import { writeLines, writeResult } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

export interface DoctorOptions extends ProbeCommandOptions {
  readonly probe?: boolean
  readonly yes?: boolean
}

/**
 * `hansard doctor`: examines this machine, the archive, the service and the key, and says what to do. It changes nothing; with
 * --probe it also creates a conversation in the account, learns from it how the service behaves, and deletes it.
 */
export async function doctorCommand(options: DoctorOptions, io: Io): Promise<ExitCode> {
  const { archive: path, baseUrl = '' } = options
  const isProbing = options.probe === true && (await isProbeAllowed(options, io))
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
    const probed = isProbing ? await probe(options, io) : undefined
    diagnoses.push(...(probed?.diagnoses ?? []))
    const problems = diagnoses.filter(({ state }) => state === 'problem').length
    const warnings = diagnoses.filter(({ state }) => state === 'warning').length
    const result = {
      command: 'doctor',
      archive: path,
      problems,
      warnings,
      diagnoses: diagnoses.map(toJson),
      probe: toNulls(probed?.learnt ?? null),
    }
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

/** Asks before the account is touched; without a terminal, --yes says that it may be. */
async function isProbeAllowed(options: DoctorOptions, io: Io): Promise<boolean> {
  const { archive, yes = false, baseUrl = '', probeModel } = options
  refuseMissing(archive) // it could not store what it learns
  if (yes) return true
  refuseWithoutTerminal(
    io,
    'The probe creates a conversation in the account and deletes it: pass --yes if it may.',
  )
  const what = `Create a conversation with ${probeModel} at ${baseUrl}, for a few tokens, and delete it?`
  return await confirm(defuseLine(what), io)
}

async function probe(
  options: DoctorOptions,
  io: Io,
): Promise<{ learnt: Learnt | null; diagnoses: readonly Diagnosis[] }> {
  try {
    return await probeAccount(options, io)
  } catch (thrown) {
    return { learnt: null, diagnoses: [problemOf('probe', thrown)] }
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

/** JSON has no undefined. */
function toNulls(learnt: Learnt | null): object | null {
  return learnt && Object.fromEntries(Object.entries(learnt).map(([name, value]) => [name, value ?? null]))
}
