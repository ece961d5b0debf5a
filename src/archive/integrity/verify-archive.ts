import { messageOf } from '../../errors.ts'
import { hintOn, type CheckName } from './check-hints.ts'
import { checks } from './checks/all-checks.ts'
import type { Check, FindingPlace, Problem, Subject } from './checks/check.ts'
import { pages } from './checks/pages-check.ts'
import { openToExamine } from './open-to-examine.ts'

/** A problem, and what to do about it. */
export interface Finding {
  readonly check: CheckName
  /** A warning means that no content is lost. */
  readonly severity: 'error' | 'warning'
  readonly what: string
  readonly where: FindingPlace
  /** Whether `repairArchive` can repair it. */
  readonly repairable: boolean
  readonly hint: string
}

/** The result of a finished check. */
export interface CheckResult {
  readonly check: CheckName
  /** The property that was checked, as a sentence. */
  readonly about: string
  readonly findings: number
}

type VerificationStep = { readonly finding: Finding } | { readonly done: CheckResult }

/** The result of a verification. */
export interface Verification {
  /** Whether the file can be read as an archive. If not, no check was possible. */
  readonly isReadable: boolean
}

/**
 * Checks an archive: yields each finding, and each check when it is finished. Memory stays flat.
 *
 * This detects decay, not tampering: whoever can change a text can also change its hash.
 *
 * @param options.isRepaired the archive was just repaired, so the search index must be complete
 * @throws HansardError `file` when there is no file or it cannot be read, `archive-locked`
 */
export function* verifyArchive(
  path: string,
  { isRepaired = false } = {},
): Generator<VerificationStep, Verification> {
  const opened = openToExamine(path)
  if (opened.db === undefined) {
    yield { finding: toFinding(opened.check, { what: opened.what, hint: opened.hint, where: {} }) }
    return { isReadable: false }
  }
  const { db, isEmpty } = opened
  try {
    for (const check of isEmpty ? [pages] : checks) yield* run(check, { db, path, isRepaired })
    return { isReadable: true }
  } finally {
    db.close()
  }
}

/** The problems that a check finds. A check that fails is a problem too. */
export function* findProblems(check: Check, subject: Subject): Generator<Problem> {
  try {
    yield* check.find(subject)
  } catch (thrown) {
    yield { what: `cannot finish this check: ${messageOf(thrown)}`, where: {} }
  }
}

function* run(check: Check, subject: Subject): Generator<VerificationStep> {
  let findings = 0
  for (const problem of findProblems(check, subject)) {
    findings++
    yield { finding: toFinding(check.name, problem) }
  }
  yield { done: { check: check.name, about: check.about, findings } }
}

function toFinding(check: CheckName, { what, where, isWarning, repair, ...problem }: Problem): Finding {
  const repairable = repair !== undefined
  const severity = isWarning === true ? 'warning' : 'error'
  const hint = problem.hint ?? hintOn(check, repairable)
  return { check, severity, what, where, repairable, hint }
}
