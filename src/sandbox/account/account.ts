import { replaceAt } from '../../model/json/json-text.ts'
import { formatTimestamp, type IdGenerator } from '../id-generator.ts'
import { Files } from './account-files.ts'
import { Agents } from './agents.ts'
import { createConversation, appendEntries, replaceContent, type Conversation } from './conversation.ts'
import type { Story, StoryConversation, StoryFile } from './story.ts'

/** One account, without HTTP: tests read what it contains, and change it. */
export interface SandboxAccount {
  readonly key: string
  /** Every conversation, newest first, whatever the listing shows. */
  readonly ids: readonly string[]
  row(id: string): string | undefined
  entries(id: string): readonly string[] | undefined
  /** Adds a conversation and returns its id. Without a row it is a model conversation. */
  create(conversation: NewConversation): string
  appendTo(id: string, entries: readonly string[]): void
  /** Replaces all entries and updates `updated_at`. */
  replaceEntries(id: string, entries: readonly string[]): void
  /** Replaces the row, `updated_at` included. */
  replaceRow(id: string, row: string): void
  remove(id: string): void
  /** Adds an agent, or another version of one, as JSON text. */
  addAgent(agent: string): void
  addFile(file: StoryFile): void
}

/** A conversation that a test adds. */
export interface NewConversation {
  readonly row?: string
  readonly entries: readonly string[]
  readonly createdAt?: Date
  readonly playground?: boolean
}

/** An account as the server uses it. */
export class Account implements SandboxAccount {
  readonly key: string
  readonly agents = new Agents()
  readonly files: Files
  /** Deleted conversations with the time of deletion: a stale replica still shows them. */
  readonly removed: { readonly conversation: Conversation; readonly at: number }[] = []
  readonly #ids: IdGenerator
  readonly #clock: () => Date
  readonly #conversations = new Map<string, Conversation>()
  #newestFirst: Conversation[] = []

  constructor(key: string, stories: readonly Story[], ids: IdGenerator, clock: () => Date) {
    this.key = key
    this.#ids = ids
    this.#clock = clock
    this.files = new Files(clock)
    for (const story of stories) {
      for (const each of story.conversations) this.#store(createConversation(each, 0))
      for (const agent of story.agents) this.addAgent(agent)
      for (const file of story.files) this.addFile(file)
    }
    this.#sort()
  }

  get ids(): readonly string[] {
    return this.#newestFirst.map(({ id }) => id)
  }

  /** Every conversation, newest first. */
  get newestFirst(): readonly Conversation[] {
    return this.#newestFirst
  }

  find(id: string): Conversation | undefined {
    return this.#conversations.get(id)
  }

  row(id: string): string | undefined {
    return this.find(id)?.row
  }

  entries(id: string): readonly string[] | undefined {
    return this.find(id)?.entries
  }

  add(story: StoryConversation): Conversation {
    const conversation = createConversation(story, this.#clock().getTime())
    this.#store(conversation)
    const newest = this.#newestFirst[0]
    this.#newestFirst.unshift(conversation)
    if (newest !== undefined && newest.created > conversation.created) this.#sort()
    return conversation
  }

  create({ row, entries, createdAt, playground }: NewConversation): string {
    const created = createdAt === undefined ? this.#ids.now() : createdAt.getTime() * 1000
    const times = { created_at: formatTimestamp(created), updated_at: formatTimestamp(created + 1) }
    const plain = {
      id: this.#ids.create('conv'),
      ...times,
      model: 'mistral-small-latest',
      object: 'conversation',
    }
    let text = row ?? JSON.stringify(plain)
    if (createdAt !== undefined) {
      text = replaceAt(text, ['created_at'], () => JSON.stringify(times.created_at))
      text = replaceAt(text, ['updated_at'], () => JSON.stringify(times.updated_at))
    }
    return this.add({ row: text, entries, playground: playground ?? false }).id
  }

  appendTo(id: string, entries: readonly string[]): void {
    appendEntries(this.#find(id), entries, this.#ids.now())
  }

  replaceEntries(id: string, entries: readonly string[]): void {
    replaceContent(this.#find(id), entries, this.#ids.now())
  }

  replaceRow(id: string, row: string): void {
    const conversation = this.#find(id)
    conversation.pastRows.push({ row: conversation.row, until: this.#clock().getTime() })
    conversation.row = row
  }

  remove(id: string): void {
    const conversation = this.#find(id)
    this.#conversations.delete(id)
    this.#newestFirst = this.#newestFirst.filter((each) => each !== conversation)
    this.removed.push({ conversation, at: this.#clock().getTime() })
  }

  addAgent(agent: string): void {
    this.agents.add(agent)
  }

  addFile(file: StoryFile): void {
    this.files.add(file)
  }

  #store(conversation: Conversation): void {
    this.#conversations.set(conversation.id, conversation)
  }

  #sort(): void {
    this.#newestFirst = [...this.#conversations.values()].sort((a, b) => b.created - a.created)
  }

  #find(id: string): Conversation {
    const conversation = this.find(id)
    if (conversation === undefined) throw new Error(`the account has no conversation ${id}`)
    return conversation
  }
}
