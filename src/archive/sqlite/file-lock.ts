import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { platform } from 'node:os'

/** The identity of the file at a path, the same under each of its names; undefined if there is no file. */
export function fileAt(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.dev}-${stats.ino}`
}

/**
 * Locks a file under all of its names. Node has no file locks (flock, fcntl), so this binds an abstract socket name of
 * Linux, which only one process can hold. On other systems, and across network namespaces, only the lock file protects
 * the archive.
 *
 * @returns a function that releases the lock, which the kernel also does when the process ends; undefined if another
 *   process holds the lock
 */
export function lockFile(file: string): (() => void) | undefined {
  if (platform() !== 'linux') return () => undefined
  const server = listen(`hansard-archive-${file}`)
  if (server !== undefined) return () => void server.close()
  const other = listen(`hansard-archive-${randomUUID()}`)
  if (other !== undefined) {
    other.close()
    return undefined
  }
  return () => undefined // this process may not bind abstract sockets at all
}

/** Node binds such a socket synchronously; the reason why it failed would come as an event later. */
function listen(name: string): Server | undefined {
  const server = createServer((connection) => connection.destroy())
  server.on('error', () => undefined)
  server.listen(`\0${name}`)
  if (!server.listening) return undefined
  server.unref()
  return server
}
