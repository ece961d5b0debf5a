import { textWidth } from './text-width.ts'

import { formatNumber, plural } from '../../model/plural.ts'
import type { StepProgress } from '../../model/step-progress.ts'
import { formatRate, formatTimeLeft } from './rate-meter.ts'
import { defuseLine, fit } from './terminal-text.ts'

/** What a command shows about its progress. */
export interface Shown {
  /** What is counted, singular: `conversation`. */
  readonly noun: string
  /** What is being done, if it is not obvious: `looking up unlisted conversations`. */
  readonly what?: string | undefined
  /** How far it is; undefined if nothing is counted. */
  readonly step?: StepProgress<string> | undefined
  /** Other counts, the most important one first: `3 failed`. */
  readonly others: readonly string[]
}

/** What else a line says. */
export interface LineFacts {
  readonly perSecond?: number | undefined
  readonly secondsLeft?: number | undefined
  /** What is waited for: `waiting 12 s: the API asked for a pause`. */
  readonly wait?: string | undefined
  readonly retries?: number
}

const SEPARATOR = ' · '

/**
 * Formats a progress line of at most this width. Where there is no room for everything, the least important parts are
 * left out: first retries and other counts, then the rate, the time left and the noun. What is waited for is cut.
 */
export function formatProgressLine(shown: Shown, facts: LineFacts, width: number): string {
  const { perSecond, secondsLeft, wait = '', retries = 0 } = facts
  const rate = perSecond === undefined ? '' : formatRate(perSecond)
  const time = secondsLeft === undefined ? '' : formatTimeLeft(secondsLeft)
  const others = [...shown.others, retries === 0 ? '' : plural(retries, 'retry')]
  const long = join([formatStep(shown), wait])
  const start = textWidth(long) <= width ? long : join([formatStep(shown, false), wait])
  const chosen = choose([time, rate, ...others], width - textWidth(start))
  return fit(join([start, ...[rate, time, ...others].filter((part) => chosen.has(part))]), width)
}

function join(parts: readonly string[]): string {
  return parts.filter(Boolean).map(defuseLine).join(SEPARATOR)
}

/** Takes the first parts that fit into a number of terminal cells. */
function choose(parts: readonly string[], cells: number): ReadonlySet<string> {
  let left = cells
  const isFitting = (part: string) => (left -= SEPARATOR.length + textWidth(part)) >= 0
  const end = parts.findIndex((part) => part !== '' && !isFitting(part))
  return new Set(end < 0 ? parts : parts.slice(0, end))
}

/** Formats how far a step is: `1,234 of ~5,000 conversations`. */
function formatStep({ what, noun, step }: Shown, withNoun = true): string {
  const prefix = what === undefined ? '' : `${what}: `
  if (step === undefined) return what ?? ''
  const { done, total, isEstimated } = step
  const format = (number: number) => (withNoun ? plural(number, noun) : formatNumber(number))
  if (total === undefined) return `${prefix}${format(done)}`
  return `${prefix}${formatNumber(done)} of ${isEstimated ? '~' : ''}${format(total)}`
}
