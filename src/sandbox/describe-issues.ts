import type { z } from 'zod'

/** Lists what is wrong with a value, each with its place: `then.ms: Invalid input: expected number, …`. */
export function describeIssues({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ` : '') + message)
    .join('; ')
}
