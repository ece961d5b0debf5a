import { PassThrough, Readable } from 'node:stream'

import { buildProgram } from '../../src/cli/program.ts'

/** The command line definition, for inspection only. */
export const program = buildProgram(
  {
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    signal: new AbortController().signal,
    name: 'a test',
  },
  () => undefined,
)
