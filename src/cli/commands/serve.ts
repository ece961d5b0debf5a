import { once } from 'node:events'

import { isHansardError } from '../../errors.ts'
import { startReader, type Reader } from '../../reader/start-reader.ts'
import { cannotListen } from '../cannot-listen.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { openBrowser } from '../open-browser.ts'
import { writeJson, writeLines } from '../terminal/stdout.ts'

export interface ServeCommandOptions extends GlobalOptions {
  readonly port?: number
  readonly open?: boolean
}

/** `hansard serve`: shows the archive in a browser until it is interrupted. */
export async function serveCommand(options: ServeCommandOptions, io: Io): Promise<ExitCode> {
  const { archive, port, json, quiet, open = false } = options
  const reader = await startReader({ archive, now: io.now, ...(port !== undefined && { port }) }).catch(
    (thrown: unknown) => {
      throw isHansardError(thrown) ? thrown : cannotListen('Cannot serve the archive', thrown)
    },
  )
  io.goOnUnread?.() // its work is to serve
  try {
    if (json) await writeJson(io.stdout, { command: 'serve', url: reader.url })
    else await writeLines(io.stdout, [reader.url])
    if (!quiet) io.stderr.write('Press Ctrl-C to stop. Whoever has this address can read the archive.\n')
    await serve(reader, open, io)
  } finally {
    await reader.close()
  }
  return exitCodes.done
}

async function serve({ url }: Reader, open: boolean, io: Io): Promise<void> {
  const opened = open ? openBrowser(url, io) : undefined
  try {
    if (!io.signal.aborted) await once(io.signal, 'abort')
  } finally {
    opened?.close()
  }
}
