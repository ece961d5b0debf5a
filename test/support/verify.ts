import { verifyArchive, type CheckResult, type Finding } from '../../src/archive/integrity/verify-archive.ts'

/** Verifies an archive and collects the results. */
export function verified(path: string): {
  isReadable: boolean
  findings: Finding[]
  checks: CheckResult[]
} {
  const [findings, checks]: [Finding[], CheckResult[]] = [[], []]
  const steps = verifyArchive(path)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return { ...step.value, findings, checks }
    if ('done' in step.value) checks.push(step.value.done)
    else findings.push(step.value.finding)
  }
}
