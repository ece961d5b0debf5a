import type { HelpConfiguration, Option } from 'commander'

/** How the help of every command looks. */
export const helpFormat: HelpConfiguration = {
  sortSubcommands: false,
  showGlobalOptions: true,
  minWidthToWrap: 20,
  optionDescription: describeOption,
  argumentDescription: ({ description }) => description,
  subcommandTerm: (command) =>
    `${command.name()} ${command.usage()}`.replaceAll(/ \[(options|command)\]/g, ''),
}

/** Returns the help of an option with its choices and default, shorter than commander's own. */
function describeOption({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices === undefined ? [] : [argChoices.join('|')]
  const isShown = defaultValue !== undefined && typeof defaultValue !== 'boolean'
  const facts = [...choices, ...(isShown ? [`default: ${String(defaultValue)}`] : [])]
  return facts.length === 0 ? description : `${description} (${facts.join('; ')})`
}

/** The end of the help of the program. */
export const EXIT_CODES = `
Exit codes:
  0    done
  1    failed
  2    wrong command line or environment
  3    partial: some items failed, or completeness is not verified
  4    verification found differences
  5    the API refused the key
  6    another run holds the archive
  7    a budget ran out
  8    the archive is damaged, or written by a newer hansard
  130  interrupted`
