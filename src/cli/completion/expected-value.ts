import type { Argument, Command, Option } from 'commander'

/** A word that the user may want, with a description for shells that show one. */
export interface Suggestion {
  readonly word: string
  readonly about: string
}

/** What a place on the command line takes: one of some words, or something that is looked up. */
export type Expected = readonly Suggestion[] | 'files' | 'folders' | 'conversations' | 'profiles' | 'commands'

/** What values with these names are, in the declarations of options and arguments: `--out <file>`, `[command...]`. */
const kinds: Readonly<Record<string, Exclude<Expected, readonly Suggestion[]>>> = {
  archive: 'files',
  file: 'files',
  path: 'files',
  plan: 'files',
  folder: 'folders',
  id: 'conversations',
  profile: 'profiles',
  command: 'commands',
}

/** Returns what the value of an option is; an empty list if nothing is known about it. */
export function valueOf({ flags, argChoices }: Option): Expected {
  return expected(/[<[]([\w-]+)(?:\.\.\.)?[>\]]/.exec(flags)?.[1] ?? '', argChoices)
}

/** Returns what an argument is; an empty list if nothing is known about it. */
export function argumentOf(argument: Argument): Expected {
  return expected(argument.name(), argument.argChoices)
}

function expected(name: string, choices: readonly string[] | undefined): Expected {
  return choices?.map((word) => ({ word, about: '' })) ?? kinds[name] ?? []
}

/** Returns the commands of a command. */
export function commandsOf(command: Command): Suggestion[] {
  return command.commands.map((each) => ({ word: each.name(), about: each.description() }))
}

/** Returns the options of a command, except those that were given and can be given only once. */
export function optionsOf(command: Command, given: ReadonlySet<Option>): Suggestion[] {
  const help = command.createHelp()
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)]
    .filter((option) => option.variadic || !given.has(option))
    .flatMap(({ long, description }) => (long == null ? [] : [{ word: long, about: description }]))
}
