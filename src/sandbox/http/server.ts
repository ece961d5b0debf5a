import type { AddressInfo } from 'node:net'

import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'

import { Account, type SandboxAccount } from '../account/account.ts'
import type { Story } from '../account/story.ts'
import { defaultBehaviour, type Behaviour } from '../behaviour.ts'
import { bodyShapes } from '../check/request-bodies.ts'
import { Allowances } from '../faults/allowances.ts'
import { FaultBook, type Fault } from '../faults/fault-book.ts'
import { createIdGenerator } from '../id-generator.ts'
import { routes } from '../operations/routes.ts'
import { seededRandom } from '../random.ts'
import { missingDetail } from '../replies/error-responses.ts'
import { handleRequest, type ServerState } from './handle-request.ts'
import { refuseForeign } from './own-host.ts'
import { RequestLog, type RequestRecord } from './request-log.ts'
import { writeResponse } from './write-response.ts'

/** How a sandbox is to be. */
export interface SandboxOptions {
  readonly accounts: readonly { readonly key: string; readonly stories?: readonly Story[] }[]
  /** The port on 127.0.0.1; any free one by default. */
  readonly port?: number
  readonly behaviour?: Partial<Behaviour>
  readonly faults?: readonly Fault[]
  readonly clock?: () => Date
  readonly seed?: number
}

/** A running sandbox. */
export interface Sandbox {
  /** The base URL, without a slash at its end. */
  readonly url: string
  /** The account of a key. */
  account(key: string): SandboxAccount
  /** The last requests, oldest first: at least ten thousand are kept. */
  readonly requests: readonly RequestRecord[]
  /** The faults in force. */
  readonly faults: { add(...faults: readonly Fault[]): void; clear(): void }
  /** Stops at once; open connections are closed. */
  close(): Promise<void>
}

/** Starts a local server that speaks the Conversations API. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const hall = openHall(options)
  const server = createAdaptorServer({ fetch: createApp(hall).fetch, overrideGlobalObjects: false })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: hall.log.records,
    faults: hall.faults,
    account(key) {
      const account = hall.accounts.get(key)
      if (account === undefined) throw new Error(`the sandbox has no account of the key ${key}`)
      return account
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}

function openHall({
  accounts,
  behaviour: changes,
  faults,
  clock = () => new Date(),
  seed = 1,
}: SandboxOptions): ServerState {
  const behaviour = { ...defaultBehaviour, ...changes }
  const mint = createIdGenerator(seededRandom(seed), clock, behaviour.idLayout)
  const book = new FaultBook()
  book.add(...(faults ?? []))
  return {
    world: { behaviour, mint, clock, shapes: bodyShapes(behaviour) },
    accounts: new Map(accounts.map(({ key, stories = [] }) => [key, new Account(key, stories, mint, clock)])),
    faults: book,
    allowances: new Allowances(clock),
    log: new RequestLog(),
  }
}

/** Replies are written to the socket by hand, since faults need it, and since that is faster. */
function createApp(hall: ServerState): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async ({ env }, next) => {
    const refusal = refuseForeign(env.incoming)
    if (refusal === undefined) return next()
    await writeResponse(env.outgoing, refusal, [])
    return RESPONSE_ALREADY_SENT
  })
  for (const route of routes) {
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), async ({ req, env }) => {
      const names = { id: req.param('id') ?? '', version: req.param('version') ?? '' }
      await handleRequest(hall, route, names, env.incoming, env.outgoing)
      return RESPONSE_ALREADY_SENT
    })
  }
  app.notFound(async ({ env }) => {
    await writeResponse(env.outgoing, missingDetail('Not Found').reply, [])
    return RESPONSE_ALREADY_SENT
  })
  return app
}
