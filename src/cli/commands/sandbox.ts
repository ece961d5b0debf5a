import { openArchive, type Archive } from '../../archive/archive.ts'
import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import { storiesFromConversations, type Story } from '../../sandbox/account/story.ts'
import { parseBehaviour } from '../../sandbox/behaviour.ts'
import type { Fault } from '../../sandbox/faults/fault-book.ts'
import { startSandbox } from '../../sandbox/http/server.ts'
import { parseFault } from '../../sandbox/parse-fault.ts'
import { generateConversations } from '../../sandbox/seed/generate-conversations.ts'
import { loadStories, storiesDirectory } from '../../sandbox/seed/load-stories.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { write, writeJson } from '../terminal/stdout.ts'

/** What `hansard sandbox` can be told. */
export interface SandboxCommandOptions extends Pick<GlobalOptions, 'json' | 'quiet'> {
  readonly port?: number
  /** An archive to serve instead of the stories. */
  readonly from?: string
  /** A directory of stories to serve instead of ours. */
  readonly stories?: string
  /** How many made-up conversations to add. */
  readonly conversations?: number
  /** Switches, each `name=value`. */
  readonly behaviour?: readonly string[]
  /** Faults, each as JSON. */
  readonly fault?: readonly string[]
  /** Requests a second that an account is allowed. */
  readonly rps?: number
  /** Milliseconds before each answer. */
  readonly latency?: number
}

/** The keys of the two accounts: one that holds something, and one to replay into. */
export const demoKeys = { source: 'sandbox-source', target: 'sandbox-target' } as const

/** Runs the local API until it is told to stop. */
export async function sandboxCommand(options: SandboxCommandOptions, io: Io): Promise<ExitCode> {
  const sandbox = await startSandbox({
    accounts: [{ key: demoKeys.source, stories: await findStories(options) }, { key: demoKeys.target }],
    behaviour: parseBehaviour(options.behaviour ?? []),
    faults: findFaults(options),
    ...(options.port !== undefined && { port: options.port }),
  }).catch((cause: unknown) => {
    throw new HansardError('network', `The sandbox can’t listen: ${messageOf(cause)}`, {
      cause,
      hint: 'Choose another --port, or leave it out for any free one.',
    })
  })
  const conversations = sandbox.account(demoKeys.source).ids.length
  if (options.json)
    await writeJson(io.stdout, { command: 'sandbox', url: sandbox.url, keys: demoKeys, conversations })
  else
    await write(
      io.stdout,
      `${sandbox.url}\nsource  ${demoKeys.source}  ${conversations} conversations\ntarget  ${demoKeys.target}\n`,
    )
  if (!options.quiet) io.stderr.write('Ctrl-C stops the sandbox.\n')
  await aborted(io.signal)
  await sandbox.close()
  return exitCodes.done
}

async function findStories(options: SandboxCommandOptions): Promise<Story[]> {
  const { from, stories, conversations: count } = options
  const told = from === undefined ? await loadStories(stories ?? storiesDirectory) : storiesOf(from)
  if (count === undefined) return told
  return [...told, generateConversations({ count, entries: 10, bytesPerEntry: 1024, seed: 1 })]
}

/** An archive as a story: a bug report can be served. */
function storiesOf(path: string): Story[] {
  const archive = openServed(path)
  try {
    const held = archive.conversations.readAll({ includeGone: true })
    return storiesFromConversations(
      Array.from(held, ({ row, entries }) => ({ conversation: row, entries: [...entries()] })),
    )
  } finally {
    archive.close()
  }
}

/** The archive has another option here than everywhere else. */
function openServed(path: string): Archive {
  try {
    return openArchive(path)
  } catch (thrown) {
    if (!isHansardError(thrown)) throw thrown
    const hint = thrown.hint?.replaceAll('--archive', '--from')
    throw new HansardError(thrown.code, thrown.message, { hint, cause: thrown })
  }
}

function findFaults({ fault = [], rps, latency }: SandboxCommandOptions): Fault[] {
  return [
    ...fault.map(parseFault),
    ...(rps === undefined ? [] : [{ then: { kind: 'rps', limit: rps } } as const]),
    ...(latency === undefined ? [] : [{ then: { kind: 'latency', ms: latency } } as const]),
  ]
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
