// Preloaded into each measured process: reports what it has used when it ends, as JSON.
import { readFileSync, writeSync } from 'node:fs'

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  writeSync(3, JSON.stringify({ maxRSS, cpu: userCPUTime + systemCPUTime, written: written() }))
})

/** The bytes that the process has written to files and sockets; not known without /proc. */
function written() {
  try {
    return Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))[1])
  } catch {
    return null
  }
}
