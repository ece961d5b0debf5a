import { HansardError } from '../../errors.ts'
import { isJson } from '../../model/json/parse-json.ts'
import { describeIssues } from '../describe-issues.ts'
import { faultSchema, type Fault } from './fault.ts'

/** Parses a fault of the command line. Throws `usage` with the fields that are wrong. */
export function parseFault(text: string): Fault {
  if (!isJson(text)) throw invalid(text, 'not valid JSON')
  const { data, error } = faultSchema.safeParse(JSON.parse(text))
  if (error) throw invalid(text, describeIssues(error))
  return data
}

function invalid(text: string, reason: string): HansardError {
  return new HansardError('usage', `Invalid fault ${text}: ${reason}`, {
    hint: 'A fault looks like {"operation":"list","nth":2,"then":{"kind":"answer","like":"bad-gateway"}}.',
  })
}
