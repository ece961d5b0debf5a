import { lossKinds, type Loss } from '../../replay/loss.ts'
import type { Estimate, PlanEnd, PlannedConversation, Warning } from '../../replay/plan/plan.ts'
import type { Spent, Tokens } from '../../replay/run/budget.ts'
import { plural } from './plural.ts'
import { defuseLine, fit, pad } from './terminal-text.ts'

/** The lines that tell a person of one planned conversation. What there is to do about it is never cut. */
export function linesOfPlanned(
  { id, name, state, blocks, losses, warnings, estimate }: PlannedConversation,
  { width, everyLoss }: { readonly width: number; readonly everyLoss: boolean },
): string[] {
  const cost = state === 'blocked' ? '' : estimateWords(estimate)
  const head = [pad(stateWords[state], 17), pad(id, 37), cost, name ?? ''].filter((cell) => cell !== '')
  const tellLosses = everyLoss ? losses.map(lossWords) : kindsOf(losses)
  const fitted = (line: string) => fit(defuseLine(line), width)
  const toDo =
    state === 'blocked'
      ? blocks.flatMap(({ reason, hint }) => [`  blocked: ${reason}`, `    hint: ${hint}`])
      : warnings.map((warning) => `  note: ${warningWords[warning]}`)
  return [
    fitted(head.join('  ')),
    ...(state === 'blocked' ? [] : tellLosses.map((line) => fitted(`  ${line}`))),
    ...toDo.map(defuseLine),
  ]
}

/** The lines at the end of a plan. */
export function linesOfEnd({ conversations, ready, readyWithLosses, blocked, estimate }: PlanEnd): string[] {
  const states = [`${ready} ready`, `${readyWithLosses} ready with losses`, `${blocked} blocked`]
  return [
    `${plural(conversations, 'conversation')}: ${states.join(', ')}.`,
    `About ${estimateWords(estimate)}. Nothing was sent.`,
  ]
}

const stateWords: Readonly<Record<PlannedConversation['state'], string>> = {
  ready: 'ready',
  'ready-with-losses': 'ready with losses',
  blocked: 'blocked',
}

const warningWords: Readonly<Record<Warning, string>> = {
  'tools-may-run': 'tools of the service may run and be billed (--rebuild quiet keeps them from it)',
  'function-may-be-called': 'a function may be called, and the copy then waits for its result',
}

/** An estimate as people say it. */
export function estimateWords({ calls, tokensIn, tokensOut, cost }: Estimate): string {
  const tokens = tokenWords({ tokensIn, tokensOut })
  return [plural(calls, 'call'), tokens, ...(cost === null ? [] : [`cost ${money(cost)}`])].join(', ')
}

/** Tokens that were counted, and what the target reported where that is less. */
export function spentWords({ tokensIn, tokensOut, reported }: Spent): string {
  const words = tokenWords({ tokensIn, tokensOut })
  const isReported = reported.tokensIn >= tokensIn && reported.tokensOut >= tokensOut
  return isReported ? words : `${words} (at least the estimate; the target reported ${tokenWords(reported)})`
}

/** Tokens as people say them. */
export function tokenWords({ tokensIn, tokensOut }: Tokens): string {
  return `${tokensIn.toLocaleString('en')} tokens in, ${tokensOut.toLocaleString('en')} out`
}

/** Small amounts keep their digits. */
export function money(cost: number): string {
  return cost >= 1 || cost === 0 ? cost.toFixed(2) : cost.toPrecision(2)
}

/** A line a kind, with the entries that it befalls. */
export function kindsOf(losses: readonly Loss[]): string[] {
  const byKind = new Map<Loss['kind'], Loss[]>()
  for (const loss of losses) byKind.set(loss.kind, [...(byKind.get(loss.kind) ?? []), loss])
  return [...byKind].map(([kind, each]) => {
    const times = each.length === 1 ? '' : `${each.length} × `
    return `${times}${lossKinds[kind]} (${places(each)})`
  })
}

const MOST_PLACES = 5

function places(losses: readonly Loss[]): string {
  const named = [...new Set(losses.map(placeOf))]
  const more = named.length - MOST_PLACES
  return [...named.slice(0, MOST_PLACES), ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

function placeOf({ position, path }: Loss): string {
  return position === null ? path : ['entry', position, path].filter((part) => part !== '').join(' ')
}

/** One loss in a line. */
export function lossWords(loss: Loss): string {
  return `${placeOf(loss)}: ${lossKinds[loss.kind]}: ${loss.before ?? 'nothing'} → ${loss.after ?? 'nothing'}`
}
