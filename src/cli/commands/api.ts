import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'

import type { CallArguments } from '../../api/build-request.ts'
import type { CallReply, ConversationsClient, PlainName, StreamName } from '../../api/client.ts'
import { lookups, operations, type Operation } from '../../api/operations.ts'
import { HansardError, messageOf } from '../../errors.ts'
import { compact } from '../../model/json/json-text.ts'
import { redactSecrets } from '../../model/secrets/redact-json.ts'
import { withAccount } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { AccountOptions, Io } from '../io.ts'
import { jsonFor, write, writeLine } from '../terminal/stdout.ts'
import { defuse } from '../terminal/terminal-text.ts'

export interface ApiOptions {
  readonly operation: string
  readonly id?: string | undefined
  /** JSON text, `@file`, or `-` for stdin. */
  readonly data?: string | undefined
  /** Each `key=value`. */
  readonly query?: readonly string[] | undefined
  readonly stream?: boolean | undefined
  readonly showSecrets?: boolean | undefined
}

const everyOperation: Readonly<Record<string, Operation>> = { ...operations, ...lookups }

/** `hansard api OPERATION`: prints the response: JSON unchanged, a stream as one event per line. */
export async function apiCommand(options: ApiOptions & AccountOptions, io: Io): Promise<ExitCode> {
  return await withAccount(options, io, (client) => callOperation(client, options, io))
}

/** Calls one operation with the given client. */
export async function callOperation(
  client: ConversationsClient,
  options: ApiOptions,
  io: Io,
): Promise<ExitCode> {
  const name = parseName(options)
  const args = await parseArguments(name, options, io)
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
    await write(io.stdout, io.stdout.isTTY ? terminalText(reply.bytes) : reply.bytes)
}

/** Returns the text of a file for a terminal, without control codes. Refuses a file that is not text. */
function terminalText(bytes: Uint8Array): string {
  try {
    return defuse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new HansardError('usage', 'Cannot show this file on a terminal: it is not text', {
      hint: 'Redirect the output to a file or a pipe.',
    })
  }
}

/** Returns an event unchanged, unless it has several lines. */
function inOneLine(text: string): string {
  return /[\r\n]/.test(text) ? compact(text) : text
}

function parseName({ operation, stream }: ApiOptions): PlainName | StreamName {
  if (!isName(operation))
    throw new HansardError('usage', `Unknown operation ${JSON.stringify(operation)}`, {
      hint: `Operations: ${Object.keys(everyOperation).join(', ')}.`,
    })
  if (!stream || isStream(operation)) return operation
  const streaming = `${operation}Stream`
  if (isName(streaming)) return streaming
  throw new HansardError('usage', `The operation ${operation} cannot stream`, {
    hint: 'Only start, append and restart can stream; leave --stream out.',
  })
}

function isName(operation: string): operation is PlainName | StreamName {
  return Object.hasOwn(everyOperation, operation)
}

function isStream(name: PlainName | StreamName): name is StreamName {
  return everyOperation[name]?.streams === true
}

async function parseArguments(name: string, options: ApiOptions, io: Io): Promise<CallArguments> {
  const { id, data, query = [] } = options
  const operation = everyOperation[name]
  if (id !== undefined && operation?.path.includes('{id}') === false)
    throw new HansardError('usage', `The operation ${name} takes no id`, { hint: 'Leave the id out.' })
  if (operation?.method !== 'POST') {
    if (data !== undefined)
      throw new HansardError('usage', `The operation ${name} takes no body`, { hint: 'Leave --data out.' })
    return { id, query: Object.fromEntries(query.map(parsePair)) }
  }
  if (data === undefined)
    throw new HansardError('usage', `The operation ${name} needs a body`, {
      hint: 'Pass it with --data: JSON, @file, or - for stdin.',
    })
  return { id, query: Object.fromEntries(query.map(parsePair)), body: await readBody(data, io) }
}

function parsePair(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new HansardError('usage', `The query parameter ${JSON.stringify(text)} has no value`, {
    hint: 'Write it as --query name=value.',
  })
}

async function readBody(data: string, io: Io): Promise<string> {
  if (data === '-') return textOf(io.stdin)
  if (!data.startsWith('@')) return data
  try {
    return await readFile(data.slice(1), 'utf8')
  } catch (cause) {
    throw new HansardError('file', `Cannot read ${data.slice(1)}: ${messageOf(cause)}`, {
      cause,
      hint: 'Name a file that exists, or - for stdin.',
    })
  }
}
