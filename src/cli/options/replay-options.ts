import { InvalidArgumentError, Option, type Command } from 'commander'

import { PUBLIC_API } from '../../api/client-options.ts'

import { HansardError } from '../../errors.ts'
import type { PlanReplayOptions } from '../../replay/plan/plan-replay.ts'
import type { ReplayOptions } from '../../replay/plan/plan.ts'
import type { Io, TargetOptions } from '../io.ts'
import { fileName, integer } from './option-values.ts'
import { selection, selectionOf, selects, type SelectionOptions } from './selection-options.ts'

type Pairs = Readonly<Record<string, string>>

type SameName = 'mode' | 'tail' | 'rebuild' | 'dropTools' | 'label' | 'price'

/** The options of `replay plan`. */
export interface PlanOptions extends TargetOptions, SelectionOptions, Partial<Pick<ReplayOptions, SameName>> {
  /** Accept the target as a different account without proof. */
  readonly yesDifferent?: boolean
  readonly mapAgent?: Pairs
  readonly mapModel?: Pairs
  readonly mapLibrary?: Pairs
  readonly mapConnector?: Pairs
  readonly fallbackModel?: string
  readonly connectorAuth?: readonly string[]
  readonly out?: string
}

/** The options of `replay run`. */
export interface RunOptions extends Omit<PlanOptions, 'out'> {
  /** The plan file to run; without one the plan is made first. */
  readonly plan?: string
  readonly yes?: boolean
  readonly again?: boolean
  readonly resolve?: Pairs
  readonly concurrency?: number
  readonly settle?: number
  readonly maxCost?: number
  readonly maxTokens?: number
}

/** Adds the options of `replay run`. */
export function runOptions(command: Command, io: Io): Command {
  return planning(command, io)
    .argument('[plan]', 'plan file from `replay plan --out` (default: make a plan first)', fileName)
    .option('--yes', 'send without asking for confirmation')
    .option('--again', 'copy conversations again that have changed since')
    .option('--concurrency <n>', 'conversations sent in parallel', integer(1, 64), 4)
    .option('--max-cost <amount>', 'stop before this run costs more; requires a price', amount)
    .option('--max-tokens <n>', 'stop before this run uses more tokens', integer(1))
    .option('--max-requests <n>', 'stop before this run sends more requests', integer(1))
    .option('--settle <seconds>', 'seconds until a lost request counts as not done', seconds, 30)
    .option('--resolve <id=copy...>', 'decide an uncertain conversation: the id of its copy, or none', pair)
}

/** Adds the options of `replay plan`. */
export function planOptions(command: Command, io: Io): Command {
  return planning(command, io).option('--out <file>', 'write the plan to a file', fileName)
}

/** Adds the options that name the target account. */
export function target(command: Command, env: Io['env']): Command {
  return command
    .optionsGroup('Target account:')
    .option('--to <profile>', 'profile of the target in the configuration')
    .option(
      '--to-api-key-file <file>',
      'read the key from this file, not from MISTRAL_TARGET_API_KEY',
      fileName,
    )
    .option(
      '--to-base-url <url>',
      'URL, or MISTRAL_TARGET_BASE_URL',
      env['MISTRAL_TARGET_BASE_URL'] || PUBLIC_API,
    )
    .optionsGroup('')
}

/** Adds the options that say what is sent to which account, and how. */
function planning(command: Command, io: Io): Command {
  target(command, io.env)
    .optionsGroup('Target account:')
    .option('--same-account', 'allow the source account as the target')
    .option('--yes-different', 'accept the target as a different account without proof')
    .optionsGroup('')
  return selection(command, io)
    .optionsGroup('How to copy:')
    .addOption(choice('--mode <mode>', 'send at once or turn by turn', ['history', 'turns']))
    .addOption(choice('--tail <way>', 'how to end the history', ['auto', 'answer', 'nudge', 'prefix']))
    .addOption(choice('--rebuild <how>', 'let tools run or not', ['keep', 'quiet']))
    .option('--map-agent <from=to...>', 'replace an agent with one of the target', pair)
    .option('--map-model <from=to...>', 'replace a model with one of the target', pair)
    .option('--map-library <from=to...>', 'replace a document library with one of the target', pair)
    .option('--map-connector <from=to...>', 'replace a connector with one of the target', pair)
    .option('--connector-auth <id=VAR...>', 'environment variable with the secret of a connector')
    .option('--fallback-model <name>', 'model for agents and models that the target does not have')
    .option('--drop-tools', 'leave out tools that cannot be carried over')
    .option('--label <text>', 'label, to allow several copies of one conversation', label)
    .option('--price <in,out>', 'price of a million input and output tokens, such as 0.4,2', price)
    .optionsGroup('')
    .addHelpText('after', REPLAYING)
}

/** An option with a few values, of which the first is the default. */
function choice(flags: string, about: string, values: readonly string[]): Option {
  return new Option(flags, about).choices(values).default(values[0])
}

const REPLAYING = `
--mode history sends the whole history as the start of a new conversation; turns
sends the user entries one by one, and the target's model responds to each.

A history that ends with the assistant cannot be sent as it is. --tail nudge (and
auto) adds a short user entry, answer drops the last response so that the model
gives a new one, prefix lets the model continue the last response. Where that is
not possible, nudge is used.

--rebuild keep sends the completion arguments of the source; quiet also keeps all
tools from running.`

/** Turns the options of a command into those of `planReplay`. */
export function planReplayOptions(options: PlanOptions): PlanReplayOptions {
  const { sameAccount, yesDifferent } = options
  return { ...howOf(options), selection: selectionOf(options), sameAccount, yesDifferent }
}

/**
 * Rejects planning options beside a plan file: the plan decides what is sent.
 *
 * @throws HansardError `usage`
 */
export function refusePlanningOptions(options: PlanOptions): void {
  const { mode = 'history', tail = 'auto', rebuild = 'keep', ...others } = howOf(options)
  const isDefault = mode === 'history' && tail === 'auto' && rebuild === 'keep'
  if (isDefault && !selects(options) && Object.values(others).every((value) => value === undefined)) return
  throw new HansardError('usage', 'Planning options cannot be combined with a plan file', {
    hint: 'Leave the options out, or make a new plan with them.',
  })
}

function howOf(options: PlanOptions) {
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

/** The value is not quoted in the message: it may be the secret itself, given by mistake. */
function variablesOf(pairs: readonly string[]): Pairs {
  return Object.fromEntries(
    pairs.map((text) => {
      const [, id, variable] = /^([^=]+)=([A-Za-z_][A-Za-z0-9_]*)$/.exec(text) ?? []
      if (id !== undefined && variable !== undefined) return [id, variable]
      const form = 'ID=VARIABLE: a connector and the name of an environment variable'
      throw new HansardError('usage', `--connector-auth must be ${form}`, {
        hint: 'Put the secret into an environment variable and give its name, such as gauge=GAUGE_TOKEN.',
      })
    }),
  )
}

function pair(text: string, before: Pairs = {}): Pairs {
  const [, from, to, more] = /^([^=]+)=([^=]+)(=)?/.exec(text) ?? []
  if (from === undefined || to === undefined || more !== undefined) {
    throw new InvalidArgumentError('Expected FROM=TO, an id or name of the source and one of the target.')
  }
  if (Object.hasOwn(before, from) && before[from] !== to) {
    throw new InvalidArgumentError(`${from} is already mapped to ${before[from] ?? ''}.`)
  }
  return Object.fromEntries([...Object.entries(before), [from, to]])
}

function amount(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a number such as 2.50.')
}

function seconds(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) <= 3600) return Number(text)
  throw new InvalidArgumentError('Expected a number of seconds, up to 3600.')
}

function label(text: string): string {
  if (/^[\w-]{1,40}$/.test(text)) return text
  throw new InvalidArgumentError('Expected up to 40 letters, digits, - and _.')
}

function price(text: string): ReplayOptions['price'] {
  const [, read, written] = /^(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (read !== undefined && written !== undefined) return { in: Number(read), out: Number(written) }
  throw new InvalidArgumentError('Expected two numbers, such as 0.4,2.')
}
