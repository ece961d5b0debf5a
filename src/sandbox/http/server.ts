import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'

import { Account, type SandboxAccount } from '../account/account.ts'
import type { Story } from '../account/story.ts'
import { serveLoopback } from '../../loopback/serve-loopback.ts'
import { defaultBehaviour, type Behaviour } from '../behaviour.ts'
import { bodyValidators } from '../check/request-bodies.ts'
import { FaultBook } from '../faults/fault-book.ts'
import type { Fault } from '../faults/fault.ts'
import { createRequestLimits } from '../faults/request-limits.ts'
import { createIdGenerator } from '../id-generator.ts'
import { routes } from '../operations/routes.ts'
import { seededRandom } from '../random.ts'
import { missingDetail } from '../responses/error-responses.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'
import { handleRequest, type RequestRecord, type ServerState } from './handle-request.ts'
import { rejectForeign } from './reject-foreign.ts'
import { writeResponse } from './write-response.ts'

/** The options of a sandbox. */
export interface SandboxOptions {
  /** The API keys, each with the initial content of its account. */
  readonly accounts: readonly { readonly key: string; readonly stories?: readonly Story[] }[]
  /** The port on 127.0.0.1; any free one by default. */
  readonly port?: number
  /** Switches that differ from their defaults. */
  readonly behaviour?: Partial<Behaviour>
  readonly faults?: readonly Fault[]
  /** The clock of `created_at` and of all delays; the system clock by default. */
  readonly clock?: () => Date
  /** The seed of ids, 1 by default. */
  readonly seed?: number
}

/** A running sandbox. */
export interface Sandbox {
  /** The base URL, without a trailing slash. */
  readonly url: string
  /** Returns the account of a key, to read and change it without HTTP. Throws if there is none. */
  account(key: string): SandboxAccount
  /** The latest requests, oldest first: at least 10,000. */
  readonly requests: readonly Readonly<RequestRecord>[]
  /** The active faults. */
  readonly faults: Pick<FaultBook, 'add' | 'clear'>
  /** Closes the server and all connections at once. */
  close(): Promise<void>
}

/** Starts a local server that implements the Conversations API. Rejects with Node's error if the port is taken. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const state = createState(options)
  const server = await serveLoopback(createApp(state), options.port)
  return {
    ...server,
    requests: state.log,
    faults: state.faults,
    account(key) {
      const account = state.accounts.get(key)
      if (account === undefined) throw new Error(`the sandbox has no account with the key ${key}`)
      return account
    },
  }
}

function createState({
  accounts,
  faults = [],
  clock = () => new Date(),
  ...options
}: SandboxOptions): ServerState {
  const behaviour = { ...defaultBehaviour, ...options.behaviour }
  const ids = createIdGenerator(seededRandom(options.seed ?? 1), clock, behaviour.idLayout)
  const book = new FaultBook()
  book.add(...faults)
  return {
    sandbox: { behaviour, ids, clock, validators: bodyValidators(behaviour) },
    accounts: new Map(accounts.map(({ key, stories = [] }) => [key, new Account(key, stories, ids, clock)])),
    faults: book,
    countRequest: createRequestLimits(clock),
    log: [],
  }
}

/** Responses are written to the Node response directly, because faults need that and it is faster. */
function createApp(state: ServerState): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async ({ env }, next) => {
    const rejection = rejectForeign(env.incoming)
    return rejection === undefined ? next() : send(env, rejection)
  })
  for (const route of routes) {
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), async ({ req, env }) => {
      const names = { id: req.param('id') ?? '', version: req.param('version') ?? '' }
      await handleRequest(state, route, names, env.incoming, env.outgoing)
      return RESPONSE_ALREADY_SENT
    })
  }
  app.notFound(({ env }) => send(env, missingDetail('Not Found').response))
  return app
}

async function send({ outgoing }: HttpBindings, response: SandboxResponse): Promise<Response> {
  await writeResponse(outgoing, response, [])
  return RESPONSE_ALREADY_SENT
}
