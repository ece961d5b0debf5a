import { HansardError } from '../../errors.ts'
import type { Format } from '../format.ts'
import type { Droppable } from './chat-content.ts'
import type { ChatOptions } from './chat-writer.ts'

/**
 * JSON lines with a list `messages`, one for each conversation. `chat-line-validator.ts` has the rules of the format,
 * `exclusion-reasons.ts` what it cannot represent. A fork is a line of its own; only equal messages are written once.
 */
export const chatFormat: Format<ChatOptions> = {
  summary: 'JSON lines of {"messages":[…]} for Hugging Face datasets, TRL and other tools',
  options: [
    { name: 'system', flags: '--system', about: 'begin with the instructions as a system message' },
    {
      name: 'split',
      flags: '--split <share>',
      about: 'put this share in train.jsonl and the rest in validation.jsonl',
      parse: parseShare,
    },
    {
      name: 'seed',
      flags: '--seed <n>',
      about: 'seed of the split; the same seed splits the same way',
      default: 1,
      parse: parseSeed,
    },
    {
      name: 'textOnly',
      flags: '--text-only',
      about: 'leave out conversations with a message that is not a single text',
    },
    {
      name: 'drop',
      flags: '--drop <what...>',
      about: 'omit these parts of conversations',
      choices: ['thinking', 'references', 'executions'] satisfies Droppable[],
    },
  ],
  notes: `A conversation that the format cannot represent is left out and named with the reason. It has
thinking, citations or server tools such as web search (unless --drop omits these);
documents, files, handoffs between agents or unknown types; calls without a result or a
definition, with truncated arguments, denied or waiting for confirmation; or functions whose
parameters are not a JSON schema (Draft 7). Or it does not end with the assistant, or has the
same messages as an earlier line. A fork is a line of its own.

With the same --seed, each conversation stays in its file of the split.

Each field has the same JSON type on all lines, as Arrow and Hugging Face datasets require.
Content is a string. If a message of the selection has images or several texts, content is a
list of parts on all lines instead (unless --text-only). Arguments are a string of JSON. The
instructions of --system are those of the conversation or its agent. With the same --seed, a
conversation stays in its file when others are added.
Conversations whose tool definitions give a field another type than an earlier line are left
out.

The lines contain everything that was said, including confidential messages.`,
  folder: { holds: 'train.jsonl and validation.jsonl', instead: 'leave --split out' },
  shape: ({ split }) => (split === undefined ? 'file' : 'folder'),
  canStream: ({ split }) => split === undefined,
  async open(context, options) {
    const { chatWriter } = await import('./chat-writer.ts')
    return chatWriter(context, options)
  },
}

function parseShare(text: string): number {
  const value = Number(text)
  if (value > 0 && value < 1) return value
  throw new HansardError('usage', `${JSON.stringify(text)} is not a share of the conversations`, {
    hint: 'Use a number between 0 and 1, such as 0.9.',
  })
}

function parseSeed(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw new HansardError('usage', `${JSON.stringify(text)} is not a seed`, { hint: 'Use a whole number.' })
}
