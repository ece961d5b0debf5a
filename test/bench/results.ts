import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'

import Database from 'better-sqlite3'

import { version } from '../../src/own-files.ts'

/** A figure of the benchmark. */
export interface Figure {
  readonly part: string
  readonly name: string
  readonly value: number
  /** Such as `ms` or `MiB`; empty for a ratio. */
  readonly unit: string
  /** The most that the value may be, or with `atLeast` the least. */
  readonly goal?: number | undefined
  readonly atLeast?: number | undefined
}

/**
 * Collects the figures of a benchmark, and prints each part as soon as it is there. With small sizes, the start of the
 * processes is most of what is measured: then goals are not compared.
 */
export class Results {
  readonly #figures: Figure[] = []
  readonly #hasGoals: boolean

  constructor({ hasGoals }: { readonly hasGoals: boolean }) {
    this.#hasGoals = hasGoals
  }

  add(part: string, figures: readonly Omit<Figure, 'part'>[]): void {
    for (const figure of figures) {
      if (part !== this.#figures.at(-1)?.part) console.log(`\n${part}`)
      this.#figures.push({ part, ...figure })
      console.log(
        `  ${figure.name.padEnd(66)} ${format(figure).padStart(12)}  ${this.#hasGoals ? formatGoal(figure) : ''}`.trimEnd(),
      )
    }
  }

  /** Everything as JSON, to compare later. */
  get figures(): readonly Figure[] {
    return this.#figures
  }

  toJSON(): object {
    return { machine: machine(), figures: this.#figures }
  }
}

/** All figures as a table in Markdown. */
export function toTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure, i) => {
    const part = figure.part === figures[i - 1]?.part ? '' : figure.part
    const { goal, atLeast, unit } = figure
    const limit = goal ?? atLeast
    const bound =
      limit === undefined ? '' : `${goal === undefined ? '≥' : '≤'} ${format({ value: limit, unit })}`
    return `| ${[part, figure.name, format(figure), bound, isMet(figure) ? '' : 'not met'].join(' | ')} |`
  })
  return ['| what | figure | value | goal | |', '| --- | --- | ---: | ---: | --- |', ...rows, ''].join('\n')
}

/** The machine and the versions that the figures depend on. */
export function machine(): Readonly<Record<string, string | number>> {
  const sqlite = new Database(':memory:')
  try {
    return {
      hansard: version,
      node: process.version,
      sqlite: String(sqlite.prepare('select sqlite_version()').pluck().get()),
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memory_gib: Math.round(totalmem() / 2 ** 30),
      system: readFileSync('/proc/version', 'utf8').split(' ').slice(0, 3).join(' '),
    }
  } finally {
    sqlite.close()
  }
}

function format({ value, unit }: Pick<Figure, 'value' | 'unit'>): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${unit}`.trim()
}

function formatGoal(figure: Omit<Figure, 'part'>): string {
  const { unit, goal, atLeast } = figure
  const bound = goal ?? atLeast
  if (bound === undefined) return ''
  return `(goal: at ${goal === undefined ? 'least' : 'most'} ${format({ value: bound, unit })}${isMet(figure) ? '' : ', not met'})`
}

/** Whether a figure meets its goal, if it has one. */
function isMet({ value, goal = Infinity, atLeast = -Infinity }: Omit<Figure, 'part'>): boolean {
  return value <= goal && value >= atLeast
}
