import { plural } from '../../model/plural.ts'
import type { Block, PlanEnd, PlannedConversation, Warning } from '../../replay/plan/plan.ts'
import { LossCounts } from './loss-counts.ts'
import { formatPlanEnd, warningTexts } from './plan-table.ts'
import { formatReport, reasonOf, ReportCollector } from './report.ts'
import { defuseLine } from './terminal-text.ts'

/** Lines for each part of the report: with headings and totals fewer than 40. */
const MAX_MISSING = 8
const MAX_BLOCK_LINES = 11

/** Number of missing agents, models and others that are counted apart. */
const MAX_SUBJECTS = 1000

const OTHERS = 'others'

/** Collects what a plan says about its conversations. Neither its memory nor the report grows with their number. */
export class PlanReport {
  readonly #missing = new Map<string, { readonly option: string; count: number }>()
  readonly #blocks = new ReportCollector()
  readonly #losses = new LossCounts()
  readonly #warnings = new Map<Warning, number>()

  add({ id, name, state, blocks, losses, warnings }: PlannedConversation): void {
    if (state === 'blocked') {
      for (const block of blocks) this.#addBlock(block, [id, name].filter(Boolean).join('  '))
      return
    }
    this.#losses.add(id, losses)
    for (const warning of warnings) this.#warnings.set(warning, (this.#warnings.get(warning) ?? 0) + 1)
  }

  /** Formats the totals, what blocks conversations, what is lost, and what may happen. */
  lines(end: PlanEnd, file: string | undefined, width: number): string[] {
    return [
      ...formatPlanEnd(end, file),
      ...this.blockLines(width),
      ...this.#losses.lines('conversation', width),
      ...[...this.#warnings].map(
        ([warning, count]) => `note: ${plural(count, 'conversation')}: ${warningTexts[warning]}`,
      ),
    ]
  }

  /** Formats what blocks conversations, and what to do. Lines that say what to do are never cut. */
  blockLines(width: number): string[] {
    const others = formatReport(this.#blocks.groups(), { lines: MAX_BLOCK_LINES, width, more: WHERE })
    return [...this.#missingLines(), ...others]
  }

  #addBlock({ kind, subject, reason, hint }: Block, example: string): void {
    const mapping = subject === null ? undefined : mappings[kind]
    if (subject === null || mapping === undefined) {
      const common = commonReasons[kind] ?? reasonOf(reason)
      this.#blocks.add({ reason: `blocked: ${common}`, hint: hint }, `${example}: ${reason}`)
      return
    }
    const what = `${mapping.noun} ${subject}`
    const isKept = this.#missing.has(what) || this.#missing.size < MAX_SUBJECTS
    const missing = this.#missing.get(isKept ? what : OTHERS) ?? { option: mapping.option(subject), count: 0 }
    missing.count++
    this.#missing.set(isKept ? what : OTHERS, missing)
  }

  #missingLines(): string[] {
    if (this.#missing.size === 0) return []
    const others = this.#missing.get(OTHERS)?.count ?? 0
    const known = [...this.#missing]
      .filter(([what]) => what !== OTHERS)
      .sort(([, a], [, b]) => b.count - a.count)
    const shown = known.slice(0, MAX_MISSING)
    const rest = known.slice(MAX_MISSING)
    const restCount = rest.reduce((sum, [, { count }]) => sum + count, others)
    const more = others > 0 ? `more than ${plural(rest.length, 'other')}` : plural(rest.length, 'other')
    return [
      'blocked: missing at the target',
      ...shown.map(([what, { option, count }]) =>
        defuseLine(`  ${what}: ${plural(count, 'conversation')} → ${option}`),
      ),
      ...(restCount > 0 ? [`  and ${more} (${plural(restCount, 'conversation')}): ${WHERE}`] : []),
      `  hint: ${HINT}`,
    ]
  }
}

const WHERE = 'see --verbose, --json or --out'

const HINT = '--fallback-model NAME replaces all missing agents and models; --drop-tools leaves tools out.'

/** What is common to blocks of a kind whose reasons have names or numbers of the conversation. */
const commonReasons: Readonly<Partial<Record<Block['kind'], string>>> = {
  'unanswered-call': 'a call at the end has no result',
  context: 'too long for the model',
  tool: 'a tool that the API is not known to accept',
}

/** What names the subject of a block, and the option that replaces it. */
const mappings: Readonly<
  Partial<Record<Block['kind'], { noun: string; option: (subject: string) => string }>>
> = {
  agent: { noun: 'agent', option: (id) => `--map-agent ${id}=…` },
  'agent-not-archived': { noun: 'unarchived agent', option: (id) => `--map-agent ${id}=…` },
  model: { noun: 'model', option: (name) => `--map-model ${name}=…` },
  library: { noun: 'library', option: (id) => `--map-library ${id}=…` },
  connector: { noun: 'connector', option: (id) => `--map-connector ${id}=…` },
  'connector-secret': { noun: 'secret of connector', option: (id) => `--connector-auth ${id}=VARIABLE` },
}
