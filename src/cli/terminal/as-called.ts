import type { Output } from '../io.ts'

/**
 * Replaces `hansard` at the start of each command in a text by the way hansard was called, so that the command can be
 * copied: a message says `hansard status`, and from a clone `node bin/hansard.js status` is printed.
 */
export function asCalled(text: string, { calledAs = 'hansard' }: Output): string {
  return text.replaceAll(/`hansard(?=[ `])/g, () => `\`${calledAs}`)
}

/** Does the same for a help text, which also has commands at the start of an indented line, and in its usage. */
export function helpAsCalled(text: string, output: Output): string {
  const { calledAs = 'hansard' } = output
  return asCalled(text, output).replaceAll(
    /^(Usage: | +(?:source <\()?)hansard(?= )/gm,
    (_, before: string) => `${before}${calledAs}`,
  )
}
