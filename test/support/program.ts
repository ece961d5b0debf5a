import { buildProgram } from '../../src/cli/program.ts'
import { testIo } from './test-io.ts'

/** The command line definition, for inspection only. */
export const program = buildProgram(testIo(), () => undefined)
