import { HansardError } from '../errors.ts'
import { ChatWriter } from './chat/chat-writer.ts'
import type { Droppable } from './chat/content.ts'
import { beginSides } from './chat/sides.ts'
import type { Format } from './format.ts'

type ChatOptions = {
  readonly system?: boolean
  readonly split?: number
  readonly seed?: number
  readonly textOnly?: boolean
  readonly drop?: readonly Droppable[]
}

/**
 * Training data, a line a conversation. `chat/line-check.ts` has the rules of the format, `chat/reasons.ts` what can't be
 * said in it. A fork is a line of its own, though it begins as another does; only equal messages are written once.
 */
export const chat: Format<ChatOptions> = {
  summary:
    'training data as Mistral’s fine-tuning takes it, {"messages":[…]}; what it can’t say is left out and named',
  options: [
    { flags: '--system', about: 'begin with the instructions, of the conversation or its agent' },
    {
      flags: '--split <share>',
      about: 'write a folder: this share in train.jsonl, the rest in validation.jsonl',
      parse: share,
    },
    {
      flags: '--seed <n>',
      about: 'split in another way; with the same seed each stays on its side',
      default: 1,
      parse: wholeNumber,
    },
    { flags: '--text-only', about: 'leave out messages of images or of several texts' },
    {
      flags: '--drop <what...>',
      about: 'do without these, rather than leave out conversations that have them',
      choices: ['thinking', 'references', 'executions'] satisfies Droppable[],
    },
  ],
  notes: `Left out, and named with the reason, is what the format has no form for: thinking,
citations and server tools such as web search (but for --drop), documents, files,
handoffs between agents, unknown types; calls without a result, without a
definition or with arguments cut off; what does not end with the assistant; what
says the same as a line before. Images stay (but for --text-only). A fork is a
line of its own. Mistral takes files of up to 512 MB for training and 1 MB for
validation. What people said in confidence is in there too.`,
  shape: ({ split }) => (split === undefined ? 'file' : 'folder'),
  canStream: ({ split }) => split === undefined,
  async open(context, { system = false, split, seed = 1, textOnly = false, drop = [] }) {
    const sides = await beginSides((path) => context.files.create(path), split, seed)
    return new ChatWriter(context, { withSystem: system, textOnly, drop: new Set(drop) }, sides)
  },
}

function share(text: string): number {
  const value = Number(text)
  if (value > 0 && value < 1) return value
  throw new HansardError('usage', `${JSON.stringify(text)} is no share of the conversations`, {
    hint: 'Write a number between 0 and 1, such as 0.9.',
  })
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw new HansardError('usage', `${JSON.stringify(text)} is no seed`, { hint: 'Write a whole number.' })
}
