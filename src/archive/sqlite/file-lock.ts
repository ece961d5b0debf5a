import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { platform } from 'node:os'

/** Which file lies under a name, whatever other names it has; undefined: none. */
export function fileAt(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.dev}-${stats.ino}`
}

/** Held while one process works on a file; the kernel drops it when its holder dies. */
export interface FileLock {
  release(): void
}

/**
 * Locks a file itself, by whichever name it was reached: Linux has socket names that are in no folder, and that one
 * process can hold. Node can't take locks on a file (flock, fcntl), and SQLite holds those of the archive. Other systems
 * have no such names: there, and in another network namespace, the lock beside the archive is all there is.
 *
 * @returns undefined where another holds it
 */
export function lockFile(file: string): FileLock | undefined {
  if (platform() !== 'linux') return { release: () => undefined }
  const server = listen(`hansard-archive-${file}`)
  if (server !== undefined) return { release: () => void server.close() }
  const other = listen(`hansard-archive-${randomUUID()}`)
  if (other !== undefined) {
    other.close()
    return undefined
  }
  return { release: () => undefined } // something keeps this process from such sockets
}

/** Node binds a socket of this kind at once, and says so; why it could not comes as an event later. */
function listen(name: string): Server | undefined {
  const server = createServer((connection) => connection.destroy())
  server.on('error', () => undefined)
  server.listen(`\0${name}`)
  if (!server.listening) return undefined
  server.unref()
  return server
}
