import type { Command, Option } from 'commander'

import { argumentOf, commandsOf, optionsOf, valueOf, type Expected } from './expected-value.ts'

/** What is expected at the cursor. */
export interface AtCursor {
  readonly expected: Expected
  /** What of the word at the cursor stands before the value: `--id=`, or nothing. */
  readonly prefix: string
  /** What is typed of the value. */
  readonly start: string
}

/** Reads the words of a command line before the cursor as commander would, and says what is expected at the cursor. */
export class LineReader {
  readonly #program: Command
  #command: Command
  readonly #arguments: string[] = []
  readonly #given = new Set<Option>()
  readonly #values = new Map<string, string>()
  /** The option whose value comes next, or may come next. */
  #open: Option | undefined
  #needsValue = false
  #hasOnlyArguments = false

  constructor(program: Command, words: readonly string[]) {
    this.#program = program
    this.#command = program
    for (const word of words) this.#read(word)
  }

  /** The last value of an option that was given, or its default. */
  valueOf(name: string): string {
    const option = this.#findOption(name)
    return this.#values.get(name) ?? String(option?.defaultValue ?? '')
  }

  /** Returns what is expected where this word begins. */
  at(word: string): AtCursor {
    const value = (expected: Expected) => ({ expected, prefix: '', start: word })
    if (this.#open !== undefined && this.#needsValue) return value(valueOf(this.#open))
    if (!this.#hasOnlyArguments && word.startsWith('-')) return this.#atOption(word)
    for (const expected of [this.#open && valueOf(this.#open), this.#expectedArgument()])
      if (expected !== undefined && expected.length > 0) return value(expected)
    return value(word === '' && !this.#hasOnlyArguments ? optionsOf(this.#command, this.#given) : [])
  }

  #atOption(word: string): AtCursor {
    const [prefix, name = ''] = /^(--[^=]+)=/.exec(word) ?? []
    if (prefix === undefined)
      return { expected: optionsOf(this.#command, this.#given), prefix: '', start: word }
    const option = this.#findOption(name)
    return { expected: option === undefined ? [] : valueOf(option), prefix, start: word.slice(prefix.length) }
  }

  #expectedArgument(): Expected | undefined {
    const { commands, registeredArguments } = this.#command
    if (commands.length > 0 && this.#arguments.length === 0) return commandsOf(this.#command)
    const last = registeredArguments.at(-1)
    const argument = registeredArguments[this.#arguments.length] ?? (last?.variadic ? last : undefined)
    const expected = argument && argumentOf(argument)
    return expected === 'commands' ? this.#commandsNamed() : expected
  }

  /** The commands below the one that the arguments name, for `help replay …`. */
  #commandsNamed(): Expected {
    let command: Command | undefined = this.#program
    for (const name of this.#arguments) command = command?.commands.find((each) => each.name() === name)
    return command === undefined ? [] : commandsOf(command)
  }

  #read(word: string): void {
    if (this.#open !== undefined && (this.#needsValue || !word.startsWith('-'))) return this.#readValue(word)
    this.#open = undefined
    if (!this.#hasOnlyArguments && word === '--') this.#hasOnlyArguments = true
    else if (!this.#hasOnlyArguments && word.startsWith('-') && word !== '-') this.#readOption(word)
    else this.#readArgument(word)
  }

  #readValue(word: string): void {
    if (this.#open?.long) this.#values.set(this.#open.long, word)
    this.#needsValue = false
    if (!this.#open?.variadic) this.#open = undefined
  }

  #readOption(word: string): void {
    const [name = '', ...value] = word.split('=')
    const option = this.#findOption(name)
    if (option === undefined) return
    this.#given.add(option)
    if (value.length > 0) this.#values.set(name, value.join('='))
    else if (option.required || option.optional) {
      this.#open = option
      this.#needsValue = option.required
    }
  }

  #readArgument(word: string): void {
    const command =
      this.#arguments.length === 0 ? this.#command.commands.find((each) => each.name() === word) : undefined
    if (command === undefined) this.#arguments.push(word)
    else this.#command = command
  }

  #findOption(name: string): Option | undefined {
    for (let command: Command | null = this.#command; command !== null; command = command.parent) {
      const option = command.options.find(({ long, short }) => long === name || short === name)
      if (option !== undefined) return option
    }
    return undefined
  }
}
