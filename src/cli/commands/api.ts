import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'

import type { CallArguments } from '../../api/build-request.ts'
import type { CallReply, ConversationsClient, PlainName, StreamName } from '../../api/client.ts'
import { lookups, operations, type Operation } from '../../api/operations.ts'
import { HansardError, messageOf } from '../../errors.ts'
import { compact } from '../../model/json/json-text.ts'
import { redactSecrets } from '../../model/secrets/redact-json.ts'
import { connect } from '../connect/connect-account.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { AccountOptions, Io } from '../io.ts'
import { jsonFor, write, writeLine } from '../terminal/stdout.ts'
import { defuse } from '../terminal/terminal-text.ts'

export interface ApiOptions {
  readonly operation: string
  readonly id?: string | undefined
  /** JSON text, `@file`, or `-` for stdin. */
  readonly data?: string | undefined
  /** `key=value`, each. */
  readonly query?: readonly string[] | undefined
  readonly stream?: boolean | undefined
  readonly showSecrets?: boolean | undefined
}

const everyOperation: Readonly<Record<string, Operation>> = { ...operations, ...lookups }

/** `hansard api OPERATION`: prints what the API answers: JSON as it came, a stream one event a line. */
export async function apiCommand(options: ApiOptions & AccountOptions, io: Io): Promise<ExitCode> {
  const client = connect(options, io)
  try {
    return await callOperation(client, options, io)
  } finally {
    await client.close()
  }
}

/** Calls one operation through a client. */
export async function callOperation(
  client: ConversationsClient,
  options: ApiOptions,
  io: Io,
): Promise<ExitCode> {
  const name = nameOf(options)
  const args = await argumentsOf(name, options, io)
  const shown = (text: string) => jsonFor(io.stdout, options.showSecrets ? text : redactSecrets(text))
  const call = { signal: io.signal }
  if (isStream(name)) {
    for await (const { text } of client.stream(name, args, call))
      await writeLine(io.stdout, shown(inOneLine(text)))
  } else {
    await print(await client.call(name, args, call), shown, io)
  }
  return exitCodes.done
}

async function print(reply: CallReply, shown: (text: string) => string, io: Io): Promise<void> {
  if (reply.kind === 'json') await writeLine(io.stdout, shown(reply.text))
  if (reply.kind === 'bytes')
    await write(io.stdout, io.stdout.isTTY === true ? readable(reply.bytes) : reply.bytes)
}

/** A terminal gets the bytes of a file only where they are text, and none of what could steer it. */
function readable(bytes: Uint8Array): string {
  try {
    return defuse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new HansardError('usage', 'This file is not text, which a terminal cannot show', {
      hint: 'Send the output into a file or a pipe.',
    })
  }
}

/** As it came, unless it came in several lines. */
function inOneLine(text: string): string {
  return /[\r\n]/.test(text) ? compact(text) : text
}

function nameOf({ operation, stream }: ApiOptions): PlainName | StreamName {
  if (!isName(operation))
    throw new HansardError('usage', `There is no operation ${JSON.stringify(operation)}`, {
      hint: `Choose one of: ${Object.keys(everyOperation).join(', ')}.`,
    })
  if (!stream || isStream(operation)) return operation
  const streaming = `${operation}Stream`
  if (isName(streaming)) return streaming
  throw new HansardError('usage', `The operation ${operation} does not stream`, {
    hint: 'start, append and restart do; leave --stream out for the others.',
  })
}

function isName(operation: string): operation is PlainName | StreamName {
  return Object.hasOwn(everyOperation, operation)
}

function isStream(name: PlainName | StreamName): name is StreamName {
  return everyOperation[name]?.streams === true
}

async function argumentsOf(name: string, options: ApiOptions, io: Io): Promise<CallArguments> {
  const { id, data, query = [] } = options
  const operation = everyOperation[name]
  if (id !== undefined && operation?.path.includes('{id}') === false)
    throw new HansardError('usage', `The operation ${name} takes no id`, { hint: 'Leave it out.' })
  if (operation?.method !== 'POST') {
    if (data !== undefined)
      throw new HansardError('usage', `The operation ${name} takes no body`, { hint: 'Leave --data out.' })
    return { id, query: Object.fromEntries(query.map(pair)) }
  }
  if (data === undefined)
    throw new HansardError('usage', `The operation ${name} needs a body`, {
      hint: 'Give it with --data: JSON, @file, or - for stdin.',
    })
  return { id, query: Object.fromEntries(query.map(pair)), body: await bodyOf(data, io) }
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new HansardError('usage', `The query ${JSON.stringify(text)} has no value`, {
    hint: 'Give --query name=value.',
  })
}

async function bodyOf(data: string, io: Io): Promise<string> {
  if (data === '-') return textOf(io.stdin)
  if (!data.startsWith('@')) return data
  try {
    return await readFile(data.slice(1), 'utf8')
  } catch (cause) {
    throw new HansardError('file', `The file ${data.slice(1)} can’t be read: ${messageOf(cause)}`, {
      cause,
      hint: 'Give a file that is there, or - for stdin.',
    })
  }
}
