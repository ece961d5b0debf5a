import { InvalidArgumentError } from 'commander'

/** The name of a file: a script whose variable is not set names an empty file. */
export function fileName(text: string): string {
  if (text !== '') return text
  throw new InvalidArgumentError('It names no file.')
}

/** A whole number between these two. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    const range = most === Number.MAX_SAFE_INTEGER ? `not below ${least}` : `from ${least} to ${most}`
    throw new InvalidArgumentError(`It must be a whole number ${range}.`)
  }
}

/** A size in bytes, as people write it. */
export function bytes(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(text) ?? []
  if (number === undefined)
    throw new InvalidArgumentError('It must be a size such as 500000, 20kb, 10mb or 1gb.')
  return Math.floor(Number(number) * 1024 ** ' kmg'.indexOf(unit.toLowerCase() || ' '))
}
