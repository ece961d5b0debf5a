import type { FailureGroup } from '../../archive/journal/changes.ts'
import type { OpenProblem, ProblemGroup } from '../../archive/journal/open-problems.ts'
import { hintFor } from './hints.ts'
import type { ReportGroup } from './report.ts'

/** Converts a group of problems to one of a report. */
export function toReportGroup({
  reason,
  subject,
  count,
  examples,
}: ProblemGroup | FailureGroup): ReportGroup {
  return {
    reason,
    count,
    noun: subject,
    examples: examples.map(describeProblem),
    hint: hintFor(reason),
  }
}

/** Formats a problem as one line of a complete list. */
export function formatProblem(problem: OpenProblem): string {
  const { reason, isAcknowledged } = problem
  return `${isAcknowledged ? 'acknowledged: ' : ''}${reason}: ${describeProblem(problem)}`
}

function describeProblem({ id, detail }: Pick<OpenProblem, 'id' | 'detail'>): string {
  return `${id ?? 'an older revision'}: ${detail}`
}
