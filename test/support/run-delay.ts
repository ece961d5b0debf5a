import { readFileSync } from 'node:fs'

/**
 * How long the main thread of a process was ready to run but had no processor, in milliseconds. On a busy machine, this is time
 * that no program can save. 0 where the system does not tell.
 */
export function runDelay(pid = 0): number {
  try {
    const [, nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')
    return Number(nanoseconds) / 1e6
  } catch {
    return 0
  }
}
