import { randomBytes } from 'node:crypto'

import { serveLoopback } from '../loopback/serve-loopback.ts'
import { openSource } from './archive-source.ts'
import { OverviewCount } from './overview-count.ts'
import { readerApp } from './reader-app.ts'

/** How to start a reader. */
export interface ReaderOptions {
  /** The path of the archive. It is only read, and may be written meanwhile. */
  readonly archive: string
  /** The port on 127.0.0.1; any free one by default. */
  readonly port?: number
  /** What an address must contain to be let in; random by default. */
  readonly token?: string
  /** The clock that dates such as `3d` refer to; that of the machine by default. */
  readonly now?: () => Date
}

/** A running reader. */
export interface Reader {
  /** The address to open, with the token. */
  readonly url: string
  /** Closes the server, all connections and the archive. */
  close(): Promise<void>
}

/**
 * Serves the pages of an archive on 127.0.0.1.
 *
 * @throws all errors of `openArchive`, and Node's error if the port is taken
 */
export async function startReader(options: ReaderOptions): Promise<Reader> {
  const { archive, port, token = randomBytes(24).toString('base64url'), now = () => new Date() } = options
  const source = openSource(archive)
  const overview = new OverviewCount()
  try {
    const server = await serveLoopback(readerApp({ source, overview, token, now }), port)
    return {
      url: `${server.url}/?token=${token}`,
      async close() {
        await server.close()
        await overview.close()
        source.close()
      },
    }
  } catch (thrown) {
    source.close()
    throw thrown
  }
}
