import type { Behaviour } from './behaviour.ts'
import type { Random } from './random.ts'

/** What an identifier is for: its prefix. */
export type IdKind = 'conv' | 'msg' | 'fc' | 'fr' | 'tool_exec' | 'handoff' | 'ag'

/** Creates identifiers and times in microseconds: the same ones for the same seed and clock. */
export type IdGenerator = ReturnType<typeof createIdGenerator>

/** The API uses two layouts of ids, which do not sort against each other (fixtures/captures has both). */
export function createIdGenerator(random: Random, clock: () => Date, layout: Behaviour['idLayout']) {
  let last = 0
  let count = 0
  return {
    create(kind: IdKind): string {
      count++
      const bySeconds = layout === 'both' ? count % 2 === 0 : layout === 'seconds'
      return `${kind}_${bySeconds ? idOfSeconds(clock(), random) : idOfMilliseconds(clock(), random)}`
    },
    /** A tool_call_id: nine letters and digits. */
    callId: (): string => (random.hex(12) + 'kQzXwVbNm').slice(3, 12),
    uuid: (): string =>
      [random.hex(8), random.hex(4), `4${random.hex(3)}`, `9${random.hex(3)}`, random.hex(12)].join('-'),
    /** The current time in microseconds since 1970, at least 2 later than the previous one. */
    now(): number {
      last = Math.max(clock().getTime() * 1000, last + 2)
      return last
    },
  }
}

/** Formats a time as the API does: `2025-06-16T09:19:08.735790Z`. */
export function formatTimestamp(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000)
  const rest = String(microseconds - milliseconds * 1000).padStart(3, '0')
  return new Date(milliseconds).toISOString().replace('Z', `${rest}Z`)
}

/** Parses a time to the microsecond; returns 0 for anything that is not a time. */
export function parseTimestamp(time = ''): number {
  const milliseconds = Date.parse(time)
  if (Number.isNaN(milliseconds)) return 0
  const digits = /\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? ''
  return milliseconds * 1000 + Number(digits.padEnd(3, '0'))
}

function idOfSeconds(now: Date, random: Random): string {
  const seconds = Math.floor(now.getTime() / 1000)
  return `${seconds.toString(16).padStart(9, '0')}${random.hex(3)}7${random.hex(3)}8000${random.hex(12)}`
}

function idOfMilliseconds(now: Date, random: Random): string {
  return `${now.getTime().toString(16).padStart(12, '0')}7${random.hex(3)}8${random.hex(15)}`
}
