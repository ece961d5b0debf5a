import { formatCounts, formatNumber, plural } from '../../model/plural.ts'
import { lossKinds, type Loss } from '../../replay/loss.ts'
import type { Estimate, PlanEnd, PlannedConversation, Warning } from '../../replay/plan/plan.ts'
import type { Spent, Tokens } from '../../replay/run/budget.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { widthOf } from './stdout.ts'
import { defuseLine, fit, pad } from './terminal-text.ts'

/** How to lay out a plan or a certificate. */
export interface Layout {
  readonly width: number
  readonly everyLoss: boolean
}

/** Returns the layout for stdout; --verbose shows every loss. */
export function layoutFor({ verbose = false }: GlobalOptions, { stdout }: Io): Layout {
  return { width: widthOf(stdout), everyLoss: verbose }
}

/** Formats one planned conversation. Lines that say what to do are never cut. */
export function formatPlanned(planned: PlannedConversation, { width, everyLoss }: Layout): string[] {
  const { id, name, state, blocks, losses, warnings, estimate } = planned
  const cost = state === 'blocked' ? '' : formatEstimate(estimate)
  const head = [pad(stateNames[state], 17), pad(id, 37), cost, name].filter(Boolean)
  const fitted = (line: string) => fit(defuseLine(line), width)
  const advice =
    state === 'blocked'
      ? blocks.flatMap(({ reason, hint }) => [`  blocked: ${reason}`, `    hint: ${hint}`])
      : warnings.map((warning) => `  note: ${warningTexts[warning]}`)
  return [
    fitted(head.join('  ')),
    ...(state === 'blocked' ? [] : formatLosses(losses, everyLoss).map((line) => fitted(`  ${line}`))),
    ...advice.map(defuseLine),
  ]
}

/** Formats the summary of a plan, which may have been written to a file. */
export function formatPlanEnd(end: PlanEnd, file: string | undefined): string[] {
  const { conversations, ready, readyWithLosses, blocked, estimate } = end
  const states = formatCounts({ ready, 'ready with losses': readyWithLosses, blocked })
  return [
    `${plural(conversations, 'conversation')}: ${states}.`,
    `About ${formatEstimate(estimate)}. Nothing was sent.`,
    ...(file === undefined ? [] : [`Plan written to ${file}.`]),
  ]
}

const stateNames: Readonly<Record<PlannedConversation['state'], string>> = {
  ready: 'ready',
  'ready-with-losses': 'ready with losses',
  blocked: 'blocked',
}

export const warningTexts: Readonly<Record<Warning, string>> = {
  'tools-may-run': 'built-in tools may run and be billed (prevent it with --rebuild quiet)',
  'function-may-be-called': 'the model may call a function; the copy then waits for its result',
}

/** Formats an estimate: calls, tokens and cost. */
export function formatEstimate({ calls, tokensIn, tokensOut, cost }: Estimate): string {
  const tokens = formatTokens({ tokensIn, tokensOut })
  return [plural(calls, 'call'), tokens, ...(cost === null ? [] : [`cost ${formatCost(cost)}`])].join(', ')
}

/** Formats the counted tokens, and those that the target reported if they are fewer. */
export function formatSpent({ tokensIn, tokensOut, reported }: Spent): string {
  const counted = formatTokens({ tokensIn, tokensOut })
  const isReported = reported.tokensIn >= tokensIn && reported.tokensOut >= tokensOut
  return isReported
    ? counted
    : `${counted} (at least the estimate; the target reported ${formatTokens(reported)})`
}

/** Formats token counts. */
export function formatTokens({ tokensIn, tokensOut }: Tokens): string {
  return `${plural(tokensIn, 'token')} in, ${formatNumber(tokensOut)} out`
}

/** Formats a cost; amounts below 1 keep two significant digits. */
export function formatCost(cost: number): string {
  return cost >= 1 || cost === 0 ? cost.toFixed(2) : cost.toPrecision(2)
}

/** Formats losses: every one on a line, or one line per kind with the places where it occurs. */
export function formatLosses(losses: readonly Loss[], everyLoss: boolean): string[] {
  if (everyLoss) return losses.map(formatLoss)
  const byKind = new Map<Loss['kind'], Loss[]>()
  for (const loss of losses) byKind.set(loss.kind, [...(byKind.get(loss.kind) ?? []), loss])
  return [...byKind].map(([kind, each]) => {
    const times = each.length === 1 ? '' : `${formatNumber(each.length)} × `
    return `${times}${lossKinds[kind]} (${formatPlaces(each)})`
  })
}

const MAX_PLACES = 5

function formatPlaces(losses: readonly Loss[]): string {
  const named = [...new Set(losses.map(formatPlace))]
  const more = named.length - MAX_PLACES
  return [...named.slice(0, MAX_PLACES), ...(more > 0 ? [`and ${formatNumber(more)} more`] : [])].join(', ')
}

/** Formats where a loss occurred: `entry 2 content[0]`, or the field of the conversation. */
export function formatPlace({ position, path }: Loss): string {
  return position === null ? path : `entry ${position}${path && ` ${path}`}`
}

function formatLoss(loss: Loss): string {
  return `${formatPlace(loss)}: ${lossKinds[loss.kind]}: ${loss.before ?? 'nothing'} → ${loss.after ?? 'nothing'}`
}
