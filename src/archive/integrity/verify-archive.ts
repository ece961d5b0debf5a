import { messageOf } from '../../errors.ts'
import { adviceOn } from './advice.ts'
import { checks } from './checks/all-checks.ts'
import type { Check, CheckName, FindingPlace, Problem, Subject } from './checks/check.ts'
import { pages } from './checks/pages-check.ts'
import { openToExamine } from './open-to-examine.ts'

/** Something that is not as it should be, and what to do about it. */
export interface Finding {
  readonly check: CheckName
  /** A warning is of something by which no content is lost. */
  readonly severity: 'error' | 'warning'
  readonly what: string
  readonly where: FindingPlace
  /** `repairArchive` can put it right. */
  readonly repairable: boolean
  readonly advice: string
}

/** A check that was made to its end. */
export interface CheckResult {
  readonly check: CheckName
  /** What is so if it found nothing. */
  readonly about: string
  readonly findings: number
}

/** Tells that a file can be read as an archive at all; false makes every other check impossible. */
export interface Verification {
  readonly isReadable: boolean
}

/**
 * Examines an archive: yields what is not as it should be, and each check when it is done. Memory stays flat.
 *
 * This detects decay. It does not detect tampering: whoever can change a text can change its hash as well.
 *
 * @param options.isRepaired it was repaired just before, so that the search index must hold everything
 * @throws HansardError `file` when there is no file, or none that may be read
 */
export function* verifyArchive(
  path: string,
  { isRepaired = false } = {},
): Generator<{ finding: Finding } | { done: CheckResult }, Verification> {
  const opened = openToExamine(path)
  if (opened.db === undefined) {
    yield { finding: findingOf(opened.check, { what: opened.what, where: {} }) }
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

/** The problems that a check finds; that it could not be finished is one too. */
export function* problemsOf(check: Check, subject: Subject): Generator<Problem> {
  try {
    yield* check.find(subject)
  } catch (thrown) {
    yield { what: `this check could not be finished: ${messageOf(thrown)}`, where: {} }
  }
}

function* run(
  check: Check,
  subject: Subject,
): Generator<{ finding: Finding } | { done: CheckResult }, CheckResult> {
  let findings = 0
  for (const problem of problemsOf(check, subject)) {
    findings++
    yield { finding: findingOf(check.name, problem) }
  }
  const done = { check: check.name, about: check.about, findings }
  yield { done }
  return done
}

function findingOf(check: CheckName, { what, where, isWarning, mend, ...problem }: Problem): Finding {
  const repairable = mend !== undefined
  const severity = isWarning === true ? 'warning' : 'error'
  const advice = problem.advice ?? adviceOn(check, repairable)
  return { check, severity, what, where, repairable, advice }
}
