import { InvalidArgumentError, Option, type Command } from 'commander'

import { HansardError } from '../../errors.ts'
import type { PlanReplayOptions } from '../../replay/plan/plan-replay.ts'
import type { ReplayOptions } from '../../replay/plan/plan.ts'
import type { TargetOptions } from '../connect/connect-target.ts'
import type { Io } from '../io.ts'
import { fileName, wholeNumber } from './option-values.ts'
import { selection, selectionOf, selects, type SelectionOptions } from './selection-options.ts'

type Pairs = Readonly<Record<string, string>>

/** The options that say how conversations are replayed. */
export interface ReplayHowOptions {
  /** Allow the source account as the target. */
  readonly sameAccount?: boolean
  /** Accept the target as a different account without proof. */
  readonly yesDifferent?: boolean
  readonly mode?: ReplayOptions['mode']
  readonly tail?: ReplayOptions['tail']
  readonly rebuild?: ReplayOptions['rebuild']
  readonly mapAgent?: Pairs
  readonly mapModel?: Pairs
  readonly mapLibrary?: Pairs
  readonly mapConnector?: Pairs
  readonly fallbackModel?: string
  readonly connectorAuth?: readonly string[]
  readonly dropTools?: boolean
  readonly label?: string
  readonly price?: ReplayOptions['price']
}

/** The options of `replay plan`. */
export interface PlanOptions extends TargetOptions, SelectionOptions, ReplayHowOptions {
  readonly out?: string
}

/** The options of `replay run`. */
export interface RunOptions extends TargetOptions, SelectionOptions, ReplayHowOptions {
  /** The plan to carry out; without one it is made first. */
  readonly plan?: string
  readonly yes?: boolean
  readonly again?: boolean
  readonly resolve?: Pairs
  readonly concurrency?: number
  readonly settle?: number
  readonly maxCost?: number
  readonly maxTokens?: number
  readonly maxRequests?: number
}

/** Gives a command the options of a run. */
export function runOptions(command: Command, env: Io['env']): Command {
  return how(selection(accounts(target(command, env))))
    .argument('[plan]', 'what `replay plan --out` wrote; without it the plan is made first', fileName)
    .option('--yes', 'do not ask before anything is sent')
    .option('--again', 'copy again what has grown since it was copied')
    .option('--concurrency <n>', 'conversations sent at the same time', wholeNumber(1, 64), 4)
    .option('--max-cost <amount>', 'stop before this run costs more, by estimate or report', amount)
    .option(
      '--max-tokens <n>',
      'stop before this run takes more tokens, by estimate or report',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--max-requests <n>',
      'stop before this run sends more requests',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--settle <seconds>', 'how long a lost request may still come true', seconds, 30)
    .option('--resolve <id=copy...>', 'what became of an uncertain one: its id over there, or none', pair)
}

/** Gives a command the options of a plan. */
export function planOptions(command: Command, env: Io['env']): Command {
  return how(selection(accounts(target(command, env)))).option(
    '--out <file>',
    'write the plan into a file',
    fileName,
  )
}

/** Gives a command the options that name the target of a replay. */
export function target(command: Command, env: Io['env']): Command {
  return command
    .option(
      '--to-api-key-file <file>',
      'read the key of the target from a file (default: MISTRAL_TARGET_API_KEY)',
      fileName,
    )
    .option(
      '--to-base-url <url>',
      'where the target is (or MISTRAL_TARGET_BASE_URL)',
      env['MISTRAL_TARGET_BASE_URL'] || 'https://api.mistral.ai',
    )
}

/** Gives a command the options that say which accounts may be source and target of each other. */
function accounts(command: Command): Command {
  return command
    .option('--same-account', 'allow the source account as the target')
    .option('--yes-different', 'accept the target as a different account without proof')
}

/** Gives a command the options that say how conversations are replayed. */
export function how(command: Command): Command {
  return command
    .addOption(
      new Option('--mode <mode>', 'send the whole history at once, or ask every user turn again')
        .choices(['history', 'turns'])
        .default('history'),
    )
    .addOption(
      new Option('--tail <way>', 'a history that ends with the assistant: add an entry, ask anew, continue')
        .choices(['auto', 'answer', 'nudge', 'prefix'])
        .default('auto'),
    )
    .addOption(
      new Option('--rebuild <how>', 'keep the completion arguments, or keep tools from running')
        .choices(['keep', 'quiet'])
        .default('keep'),
    )
    .option('--map-agent <source=target...>', 'an agent that takes the place of another', pair)
    .option('--map-model <source=target...>', 'a model that takes the place of another', pair)
    .option('--map-library <source=target...>', 'a document library that takes the place of another', pair)
    .option('--map-connector <source=target...>', 'a connector that takes the place of another', pair)
    .option('--connector-auth <id=variable...>', 'the variable that holds the secret of a connector')
    .option('--fallback-model <name>', 'the model for agents and models that have no counterpart')
    .option('--drop-tools', 'leave out tools that can’t be carried over')
    .option('--label <text>', 'tells copies apart that are wanted more than once', label)
    .option('--price <in,out>', 'price of a million tokens read and written, such as 0.4,2', price)
}

/** Turns the options of a command into those of `planReplay`. */
export function planReplayOptions(options: SelectionOptions & ReplayHowOptions): PlanReplayOptions {
  const { sameAccount, yesDifferent } = options
  return { ...howOf(options), selection: selectionOf(options), sameAccount, yesDifferent }
}

/**
 * Rejects planning options beside a plan file: the plan decides what is sent.
 *
 * @throws HansardError `usage`
 */
export function refusePlanningOptions(options: SelectionOptions & ReplayHowOptions): void {
  const { mode = 'history', tail = 'auto', rebuild = 'keep', ...others } = howOf(options)
  const isDefault = mode === 'history' && tail === 'auto' && rebuild === 'keep'
  if (isDefault && !selects(options) && Object.values(others).every((value) => value === undefined)) return
  throw new HansardError('usage', 'A plan was named, and options that say how to make one', {
    hint: 'Leave them out: the plan says what is sent. Or plan again with them.',
  })
}

function howOf(options: ReplayHowOptions) {
  const { mode, tail, rebuild, fallbackModel, connectorAuth, dropTools, label, price } = options
  return {
    ...{ mode, tail, rebuild, fallbackModel, dropTools, label, price },
    agents: options.mapAgent,
    models: options.mapModel,
    libraries: options.mapLibrary,
    connectors: options.mapConnector,
    connectorAuth: connectorAuth && variablesOf(connectorAuth),
  }
}

/** Whoever gives the secret itself by mistake must not read it again in our answer: it is not quoted. */
function variablesOf(pairs: readonly string[]): Pairs {
  return Object.fromEntries(
    pairs.map((text) => {
      const [, id, variable] = /^([^=]+)=([A-Za-z_][A-Za-z0-9_]*)$/.exec(text) ?? []
      if (id !== undefined && variable !== undefined) return [id, variable]
      throw new HansardError(
        'usage',
        '--connector-auth takes the id of a connector, =, and the name of a variable',
        {
          hint: 'Put the secret into an environment variable and give its name: --connector-auth gauge=GAUGE_TOKEN.',
        },
      )
    }),
  )
}

function pair(text: string, before: Pairs = {}): Pairs {
  const [, from, to, more] = /^([^=]+)=([^=]+)(=)?/.exec(text) ?? []
  if (from === undefined || to === undefined || more !== undefined) {
    throw new InvalidArgumentError('It must be source=target.')
  }
  if (Object.hasOwn(before, from) && before[from] !== to) {
    throw new InvalidArgumentError(`${from} is mapped to ${before[from] ?? ''} already.`)
  }
  return Object.fromEntries([...Object.entries(before), [from, to]])
}

function amount(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a number such as 2.50.')
}

function seconds(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) <= 3600) return Number(text)
  throw new InvalidArgumentError('It must be a number of seconds, up to 3600.')
}

function label(text: string): string {
  if (/^[\w-]{1,40}$/.test(text)) return text
  throw new InvalidArgumentError('It must be up to 40 letters, digits, - and _.')
}

function price(text: string): ReplayOptions['price'] {
  const [, read, written] = /^(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (read !== undefined && written !== undefined) return { in: Number(read), out: Number(written) }
  throw new InvalidArgumentError('It must be two numbers, such as 0.4,2.')
}
