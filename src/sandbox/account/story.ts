import { compact, elements, member } from '../../model/json/json-text.ts'

/** One conversation as JSON texts, which the sandbox sends without a change. */
export interface StoryConversation {
  /** What get and list return. */
  readonly row: string
  readonly entries: readonly string[]
  /** What getMessages returns, if that is not simply the messages among the entries. */
  readonly messages?: readonly string[]
  /** Was it created in the playground? The switch `playgroundListed` says whether those are listed. */
  readonly playground?: boolean
}

/** A file that conversations refer to. */
export interface StoryFile {
  /** What `GET /v1/files/{id}` returns. */
  readonly metadata: string
  readonly content: Uint8Array
}

/** Initial content of an account. */
export interface Story {
  readonly conversations: readonly StoryConversation[]
  /** Every version of every agent, as JSON text. */
  readonly agents: readonly string[]
  readonly files: readonly StoryFile[]
}

/**
 * Parses a story: `{"conversation":{…},"entries":[…]}`, the same as a line of `export jsonl`. Optional members are
 * `messages`, `playground`, `agents` (one element per version) and `files` (`{"metadata":{…},"content":"base64"}`).
 *
 * Rules shorten long content. `"repeat":{"times":150,"entries":[…]}` adds the entries 150 times; `{n}` stands for
 * the number of the repetition, `{n4}` for its four digits, `{hh}:{mm}` for that many minutes past midnight.
 * `{filler:N}` becomes the letter A, N times.
 */
export function parseStory(source: string): Story {
  const text = compact(source).replaceAll(/\{filler:(\d+)\}/g, (_, count: string) =>
    'A'.repeat(Number(count)),
  )
  const part = (name: string): string => member(text, name)?.value ?? 'null'
  const messages = member(text, 'messages')
  return {
    conversations: [
      {
        row: part('conversation'),
        entries: [...elements(part('entries')), ...repeated(part('repeat'))],
        ...(messages && { messages: elements(messages.value) }),
        playground: part('playground') === 'true',
      },
    ],
    agents: elements(part('agents')),
    files: elements(part('files')).map(parseFile),
  }
}

function parseFile(text: string): StoryFile {
  const content = JSON.parse(member(text, 'content')?.value ?? '""') as string
  return { metadata: member(text, 'metadata')?.value ?? '{}', content: Buffer.from(content, 'base64') }
}

function repeated(rule: string): string[] {
  const times = Number(member(rule, 'times')?.value ?? 0)
  const templates = elements(member(rule, 'entries')?.value ?? '[]')
  return Array.from({ length: times }, (_, i) => templates.map((each) => fill(each, i + 1))).flat()
}

function fill(template: string, n: number): string {
  return template
    .replaceAll('{n}', String(n))
    .replaceAll('{n4}', String(n).padStart(4, '0'))
    .replaceAll('{hh}', String(Math.floor(n / 60) % 24).padStart(2, '0'))
    .replaceAll('{mm}', String(n % 60).padStart(2, '0'))
}
