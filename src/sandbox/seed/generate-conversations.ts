import type { Story, StoryConversation } from '../account/story.ts'
import { formatTimestamp } from '../id-generator.ts'
import { seededRandom, type Random } from '../random.ts'
import { generateText } from './generate-text.ts'

/** How many conversations to generate, and how large. */
export interface GenerateOptions {
  readonly count: number
  /** Entries per conversation, alternating between user and assistant. */
  readonly entries: number
  readonly bytesPerEntry: number
  readonly seed: number
}

const FIRST = Date.UTC(2025, 0, 1) * 1000
const LAST = Date.UTC(2026, 9, 1) * 1000
/** Generates a story of plain conversations for benchmarks and property tests: the same one for the same options. */
export function generateConversations(options: GenerateOptions): Story {
  const random = seededRandom(options.seed)
  const step = Math.floor((LAST - FIRST) / (options.count + 1))
  const conversations = Array.from({ length: options.count }, (_, i) =>
    makeConversation(options, FIRST + (i + 1) * step, random),
  )
  return { conversations, agents: [], files: [] }
}

function makeConversation(options: GenerateOptions, created: number, random: Random): StoryConversation {
  const id = `conv_${random.hex(32)}`
  const entries = Array.from({ length: options.entries }, (_, i) =>
    makeEntry(i % 2 === 0, created + i, options.bytesPerEntry, random),
  )
  const times = `"created_at":"${formatTimestamp(created)}","updated_at":"${formatTimestamp(created + options.entries)}"`
  return {
    row:
      `{"id":"${id}",${times},"model":"mistral-small-latest","instructions":null,"tools":[],` +
      `"completion_args":{"temperature":0.3,"tool_choice":"auto"},"name":null,"description":null,` +
      `"metadata":{"batch":"${options.seed}"},"object":"conversation"}`,
    entries,
  }
}

function makeEntry(fromUser: boolean, created: number, bytes: number, random: Random): string {
  const type = fromUser ? 'message.input' : 'message.output'
  const role = fromUser ? 'user' : 'assistant'
  const before = `{"object":"entry","type":"${type}","created_at":"${formatTimestamp(created)}","completed_at":null,`
  const model = fromUser ? '' : '"model":"mistral-small-latest",'
  const head = `${before}${model}"id":"msg_${random.hex(32)}","role":"${role}","content":`
  return flat(`${head}${jsonText(bytes - head.length - 1, random)}}`)
}

/** A JSON string of this many bytes. */
function jsonText(bytes: number, random: Random): string {
  const size = (text: string) => Buffer.byteLength(JSON.stringify(text))
  const text = generateText(bytes, random)
  const short = text.slice(0, Math.max(text.length - Math.max(size(text) - bytes, 0), 1))
  return JSON.stringify(short + '.'.repeat(Math.max(bytes - size(short), 0)))
}

/** V8 stores a concatenated string as a tree, and would walk it again for every response; this one is flat. */
function flat(text: string): string {
  return Buffer.from(text).toString()
}
