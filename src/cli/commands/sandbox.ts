import { once } from 'node:events'

import { withArchive } from '../../archive/with-archive.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import { plural } from '../../model/plural.ts'
import type { Story } from '../../sandbox/account/story.ts'
import { parseBehaviour } from '../../sandbox/behaviour.ts'
import { parseFault, type Fault } from '../../sandbox/faults/fault.ts'
import { startSandbox } from '../../sandbox/http/server.ts'
import { generateConversations } from '../../sandbox/seed/generate-conversations.ts'
import { storiesDirectory } from '../../own-files.ts'
import { loadStories } from '../../sandbox/seed/load-stories.ts'
import { cannotListen } from '../cannot-listen.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { writeJson, writeLines } from '../terminal/stdout.ts'

/** The options of `hansard sandbox`. */
export interface SandboxCommandOptions extends Pick<GlobalOptions, 'json' | 'quiet'> {
  readonly port?: number
  /** An archive to serve instead of stories. */
  readonly from?: string
  /** A folder of stories to serve instead of the built-in ones. */
  readonly stories?: string
  /** How many generated conversations to add. */
  readonly conversations?: number
  /** Behavior switches, each `name=value`, or the name of a profile. */
  readonly behaviour?: readonly string[]
  /** Faults, each as JSON. */
  readonly fault?: readonly string[]
  /** The allowed requests per second of an account. */
  readonly rps?: number
  /** The delay of each response in milliseconds. */
  readonly latency?: number
}

/** The keys of the two accounts: a filled one, and an empty one to replay into. */
export const demoKeys = { source: 'sandbox-source', target: 'sandbox-target' } as const

/** `hansard sandbox`: serves the API locally until it is interrupted. */
export async function sandboxCommand(options: SandboxCommandOptions, io: Io): Promise<ExitCode> {
  const sandbox = await startSandbox({
    accounts: [{ key: demoKeys.source, stories: await findStories(options) }, { key: demoKeys.target }],
    behaviour: parseBehaviour(options.behaviour ?? []),
    faults: toFaults(options),
    ...(options.port !== undefined && { port: options.port }),
  }).catch((cause: unknown) => {
    throw cannotListen('Cannot start the sandbox', cause)
  })
  io.goOnUnread?.() // its work is to serve
  const { url } = sandbox
  const conversations = sandbox.account(demoKeys.source).ids.length
  if (options.json) await writeJson(io.stdout, { command: 'sandbox', url, keys: demoKeys, conversations })
  else {
    const source = `source  ${demoKeys.source}  ${plural(conversations, 'conversation')}`
    await writeLines(io.stdout, [url, source, `target  ${demoKeys.target}`])
  }
  if (!options.quiet) io.stderr.write('Press Ctrl-C to stop the sandbox.\n')
  if (!io.signal.aborted) await once(io.signal, 'abort')
  await sandbox.close()
  return exitCodes.done
}

async function findStories(options: SandboxCommandOptions): Promise<Story[]> {
  const { from, stories, conversations: count } = options
  const found = await (from === undefined ? loadStories(stories ?? storiesDirectory) : readStories(from))
  if (count === undefined) return found
  return [...found, generateConversations({ count, entries: 10, bytesPerEntry: 1024, seed: 1 })]
}

/** Reads the conversations of an archive as stories, for example those of a bug report. */
function readStories(path: string): Promise<Story[]> {
  return withArchive(path, (archive) => {
    const all = archive.conversations.readAll({ includeGone: true })
    const conversations = Array.from(all, ({ row, entries }) => ({ row, entries: [...entries()] }))
    return [{ conversations, agents: [], files: [] }]
  }).catch((thrown: unknown) => {
    if (!isHansardError(thrown)) throw thrown
    const hint = thrown.hint?.replaceAll('--archive', '--from') // the option that names the archive here
    throw new HansardError(thrown.code, thrown.message, { hint, cause: thrown })
  })
}

function toFaults({ fault = [], rps, latency }: SandboxCommandOptions): Fault[] {
  return [
    ...fault.map(parseFault),
    ...(rps === undefined ? [] : [{ then: { kind: 'rps', limit: rps } } as const]),
    ...(latency === undefined ? [] : [{ then: { kind: 'latency', ms: latency } } as const]),
  ]
}
