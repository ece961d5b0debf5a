import { InvalidArgumentError } from 'commander'

/** The entries to show: positions from 0, both included; to the end if `to` is missing. */
export interface EntryRange {
  readonly from: number
  readonly to?: number
}

/** Parses `12` (from entry 12 to the end) or `12-20`. */
export function entryRange(text: string): EntryRange {
  const [, from, to] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? []
  if (from === undefined) throw new InvalidArgumentError('Expected a number or a range such as 12-20.')
  if (to === undefined) return { from: Number(from) }
  if (Number(to) < Number(from))
    throw new InvalidArgumentError(`${text} ends before it begins; expected a range such as 12-20.`)
  return { from: Number(from), to: Number(to) }
}
