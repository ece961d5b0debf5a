import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { HansardError, messageOf } from '../../errors.ts'
import { startSandbox } from '../../sandbox/http/server.ts'
import { generateConversations } from '../../sandbox/seed/generate-conversations.ts'
import { storiesDirectory } from '../../own-files.ts'
import { loadStories } from '../../sandbox/seed/load-stories.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { writeJson, writeLine, writeLines } from '../terminal/stdout.ts'
import { backupCommand } from './backup.ts'
import { exportCommand } from './export.ts'
import { replayRunCommand } from './replay-run.ts'
import { replayVerifyCommand } from './replay-verify.ts'
import { searchCommand } from './search.ts'
import { showCommand } from './show.ts'
import { statusCommand } from './status.ts'

/** The conversation that the tour shows: it has a tool call, citations, images and thinking. */
const SHOWN = 'conv_0684fd306df172f2800051d4f82d4a8b'

/** The conversations that the tour replays: that one, one with a handoff, and one with unknown entry types. */
const REPLAYED = [SHOWN, 'conv_019c8f1a2b3c7d4e8f60718293a4b5c6', 'conv_019ce791858676bc94cc69cd6aa43500']

/** The model used where the target lacks the agent or model of the source. */
const FALLBACK = 'mistral-medium-latest'

export interface DemoOptions extends Pick<GlobalOptions, 'json'> {
  readonly folder: string
}

/** `hansard demo`: runs the tour against the sandbox, without a key or a network; with --json it prints only what it wrote. */
export async function demoCommand({ folder, json }: DemoOptions, given: Io): Promise<ExitCode> {
  const io = json ? { ...given, stdout: new PassThrough().resume() } : given
  const self = given.stdout.calledAs ?? 'hansard'
  const archive = join(folder, 'archive.db')
  const output = join(folder, 'conversations.jsonl')
  createFolder(folder)
  const leftovers = ['', '-wal', '-shm', '.lock'].map((end) => `${archive}${end}`)
  for (const path of [...leftovers, output, `${output}.manifest.json`]) rmSync(path, { force: true })

  const stories = await loadStories(storiesDirectory)
  const more = generateConversations({ count: 300, entries: 8, bytesPerEntry: 600, seed: 1 })
  const sandbox = await startSandbox({
    accounts: [{ key: 'source', stories: [...stories, more] }, { key: 'target' }],
    faults: [{ then: { kind: 'latency', ms: 15 } }],
  })
  try {
    const { url } = sandbox
    const account = { archive, baseUrl: url, pager: false }
    const keys = { MISTRAL_API_KEY: 'source', MISTRAL_TARGET_API_KEY: 'target' }
    const asSource = { ...io, env: { ...io.env, ...keys } }
    const target = { ...account, toBaseUrl: url }
    const jsonl = { ...account, format: 'jsonl', output } as const
    const replay = { ...target, id: REPLAYED, fallbackModel: FALLBACK, yes: true }
    const tour: readonly [command: string, run: () => Promise<ExitCode>][] = [
      [`${self} backup`, () => backupCommand(account, asSource)],
      [`${self} backup   # again: nothing to fetch`, () => backupCommand(account, asSource)],
      [`${self} status`, () => statusCommand(account, io)],
      [`${self} export jsonl --output ${output}`, () => exportCommand(jsonl, io)],
      [`${self} search '"outer bank"'`, () => searchCommand({ ...account, text: ['"outer bank"'] }, io)],
      [`${self} show ${SHOWN}`, () => showCommand({ ...account, id: SHOWN }, io)],
      [
        `${self} replay run --id ${REPLAYED.join(' ')} --fallback-model ${FALLBACK} --yes`,
        () => replayRunCommand(replay, asSource),
      ],
      [`${self} replay verify`, () => replayVerifyCommand(target, asSource)],
    ]
    await writeLine(io.stdout, `A sandbox serves the API at ${url}, with a source and a target account.`)
    for (const [command, run] of tour) {
      if (io.signal.aborted) return exitCodes.interrupted
      await writeLine(io.stdout, `\n$ ${command}`)
      const exitCode = await run()
      if (exitCode !== exitCodes.done) return exitCode
    }
  } finally {
    await sandbox.close()
  }
  if (json) await writeJson(given.stdout, { command: 'demo', archive, output })
  await writeLines(io.stdout, [
    '',
    `The archive is ${archive}, a SQLite file; the export is ${output}. Try next:`,
    `  ${self} --archive ${archive} list`,
    `  sqlite3 ${archive} 'select id, name, entries from conversations limit 5'`,
    `  ${self} sandbox            # a local API to develop against`,
    `  MISTRAL_API_KEY=… ${self} backup   # your own account`,
  ])
  return exitCodes.done
}

/** Creates the folder, but not its parents: below /proc, Node's recursive mkdir never returns. */
function createFolder(path: string): void {
  try {
    if (!existsSync(path)) mkdirSync(path)
  } catch (cause) {
    throw new HansardError('file', `Cannot create the folder ${path}: ${messageOf(cause)}`, {
      hint: 'Choose another folder with --folder; its parent must exist.',
      cause,
    })
  }
}
