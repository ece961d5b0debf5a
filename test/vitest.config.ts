import { accessSync, constants, statfsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    // `*.long.test.ts`, with `npm run test:long`: rounds of kills and faults, shells, a compiled package.
    include: ['test/**/*.test.ts'],
    reporters: ['default', fileURLToPath(new URL('support/tally.ts', import.meta.url))],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 4, // on two cores: many tests wait for processes and time limits
    // Files share loaded modules: loading them again for each of 200 files took a fifth of all processor time. So no test
    // may leave anything changed in its process.
    isolate: false,
    unstubEnvs: true,
    env: temporaryFolder(),
  },
})

/**
 * Archives of tests are written to memory if there is enough: each of some thousand waits several times for the disk, which
 * took a seventh of the suite's time. An explicit TMPDIR wins, so that a disk can be tested.
 */
function temporaryFolder(): Record<string, string> {
  const memory = '/dev/shm'
  try {
    accessSync(memory, constants.W_OK)
    const { bavail, bsize } = statfsSync(memory)
    return process.env['TMPDIR'] === undefined && bavail * bsize > 4 * 1024 ** 3 ? { TMPDIR: memory } : {}
  } catch {
    return {} // not on this system
  }
}
