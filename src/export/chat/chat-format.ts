import { HansardError } from '../../errors.ts'
import { entryView } from '../../model/entries/entry-view.ts'
import type { ExportedConversation, Format } from '../format.ts'
import { needsParts, type ContentForm, type Droppable } from './chat-content.ts'
import { ChatWriter } from './chat-writer.ts'
import { beginTrainSplit } from './train-split.ts'

type ChatOptions = {
  readonly system?: boolean
  readonly split?: number
  readonly seed?: number
  readonly textOnly?: boolean
  readonly drop?: readonly Droppable[]
}

/**
 * Chats as readers of `messages` take them, a line a conversation. `chat/line-check.ts` has the rules of the format,
 * `chat/reasons.ts` what can't be said in it. A fork is a line of its own, though it begins as another does; only equal
 * messages are written once.
 */
export const chatFormat: Format<ChatOptions> = {
  summary:
    'lines of {"messages":[…]} for Hugging Face datasets, TRL and other tools; what they can’t say is left out and named',
  options: [
    {
      name: 'system',
      flags: '--system',
      about: 'begin with the instructions, of the conversation or its agent',
    },
    {
      name: 'split',
      flags: '--split <share>',
      about: 'write a folder: this share in train.jsonl, the rest in validation.jsonl',
      parse: parseShare,
    },
    {
      name: 'seed',
      flags: '--seed <n>',
      about: 'split in another way; with the same seed each stays on its side',
      default: 1,
      parse: parseSeed,
    },
    {
      name: 'textOnly',
      flags: '--text-only',
      about: 'leave out conversations with images or messages of several texts; content is always a string',
    },
    {
      name: 'drop',
      flags: '--drop <what...>',
      about: 'do without these, rather than leave out conversations that have them',
      choices: ['thinking', 'references', 'executions'] satisfies Droppable[],
    },
  ],
  notes: `Left out, and named with the reason, is what the format has no form for: thinking,
citations and server tools such as web search (but for --drop), documents, files,
handoffs between agents, unknown types; calls without a result, without a
definition, with arguments cut off, denied or waiting to be confirmed; functions whose
parameters are not a JSON schema (Draft 7); what does not end with the assistant;
what says the same as a line before. A fork is a line of its own.

Each field has one JSON type on all lines, as Arrow and Hugging Face datasets want it.
Content is a string. If a message of the selection has images or several texts, content
is a list of parts on all lines instead (but for --text-only). Arguments are a string
of JSON. Definitions of tools that differ in the type of a field from an earlier line
are left out.

What people said in confidence is in there too.`,
  shape: ({ split }) => (split === undefined ? 'file' : 'folder'),
  canStream: ({ split }) => split === undefined,
  async open(context, { system = false, split, seed = 1, textOnly = false, drop = [] }) {
    const sides = await beginTrainSplit((path) => context.files.create(path), split, seed)
    const { draft7Fault } = await import('../../model/json/json-schema.ts')
    const dropped = new Set(drop)
    const form = textOnly ? 'text' : chooseContentForm(context.conversations(), dropped)
    return new ChatWriter(context, { withSystem: system, form, drop: dropped }, sides, draft7Fault)
  },
}

/** One message in parts makes a file of parts. Reads all that is selected, as the first line must know. */
function chooseContentForm(
  conversations: Iterable<ExportedConversation>,
  drop: ReadonlySet<Droppable>,
): ContentForm {
  for (const { entries } of conversations)
    for (const entry of entries())
      if (entry.stored.includes('"content":[') && needsParts(entryView(entry.text), drop)) return 'parts'
  return 'text'
}

function parseShare(text: string): number {
  const value = Number(text)
  if (value > 0 && value < 1) return value
  throw new HansardError('usage', `${JSON.stringify(text)} is no share of the conversations`, {
    hint: 'Write a number between 0 and 1, such as 0.9.',
  })
}

function parseSeed(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw new HansardError('usage', `${JSON.stringify(text)} is no seed`, { hint: 'Write a whole number.' })
}
