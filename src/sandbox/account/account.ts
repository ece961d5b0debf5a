import { stringMember } from '../../model/entries/fields.ts'
import { member } from '../../model/json/json-text.ts'
import type { IdGenerator } from '../id-generator.ts'
import { Agents } from './agents.ts'
import { appendEntries, createConversation, replaceContent, withTimes } from './conversation.ts'
import type { Conversation } from './conversation.ts'
import type { Story, StoryConversation, StoryFile } from './story.ts'

/** A conversation that a test adds. */
export interface NewConversation {
  readonly row?: string
  readonly entries: readonly string[]
  readonly createdAt?: Date
  readonly playground?: boolean
}

/** One account, without HTTP: tests read what it contains, and change it. */
export type SandboxAccount = Omit<Account, 'agents' | 'removed' | 'newestFirst' | 'find' | 'add' | 'findFile'>

/** An account as the server uses it. */
export class Account {
  readonly key: string
  readonly agents = new Agents()
  /** Deleted conversations with the time of deletion: a stale replica still shows them. */
  readonly removed: { readonly conversation: Conversation; readonly at: number }[] = []
  newestFirst: Conversation[] = []
  readonly #ids: IdGenerator
  readonly #clock: () => Date
  readonly #conversations = new Map<string, Conversation>()
  readonly #files = new Map<string, StoryFile>()

  constructor(key: string, stories: readonly Story[], ids: IdGenerator, clock: () => Date) {
    this.key = key
    this.#ids = ids
    this.#clock = clock
    for (const { conversations, agents, files } of stories) {
      for (const story of conversations) this.#store(createConversation(story, 0))
      for (const agent of agents) this.addAgent(agent)
      for (const file of files) this.addFile(file)
    }
    this.#sort()
  }

  /** Every conversation, newest first, whatever the listing shows. */
  get ids(): readonly string[] {
    return this.newestFirst.map(({ id }) => id)
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
    const newest = this.newestFirst[0]
    this.newestFirst.unshift(conversation)
    if (newest !== undefined && newest.created > conversation.created) this.#sort()
    return conversation
  }

  /** Adds a conversation and returns its id. Without a row it is a model conversation. */
  create({ row, entries, createdAt, playground = false }: NewConversation): string {
    const id = this.#ids.create('conv')
    const plain = {
      id,
      created_at: '',
      updated_at: '',
      model: 'mistral-small-latest',
      object: 'conversation',
    }
    const created = createdAt === undefined ? this.#ids.now() : createdAt.getTime() * 1000
    const hasTimes = row !== undefined && createdAt === undefined
    const text = hasTimes ? row : withTimes(row ?? JSON.stringify(plain), created)
    return this.add({ row: text, entries, playground }).id
  }

  appendTo(id: string, entries: readonly string[]): void {
    appendEntries(this.#find(id), entries, this.#ids.now())
  }

  /** Replaces all entries and updates `updated_at`. */
  replaceEntries(id: string, entries: readonly string[]): void {
    replaceContent(this.#find(id), entries, this.#ids.now())
  }

  /** Replaces the row, `updated_at` included. */
  replaceRow(id: string, row: string): void {
    const conversation = this.#find(id)
    conversation.pastRows.push({ row: conversation.row, until: this.#clock().getTime() })
    conversation.row = row
  }

  remove(id: string): void {
    const conversation = this.#find(id)
    this.#conversations.delete(id)
    this.newestFirst = this.newestFirst.filter((each) => each !== conversation)
    this.removed.push({ conversation, at: this.#clock().getTime() })
  }

  /** Adds an agent, or another version of one, as JSON text. */
  addAgent(agent: string): void {
    this.agents.add(agent)
  }

  addFile(file: StoryFile): void {
    this.#files.set(stringMember(file.metadata, 'id') ?? '', file)
  }

  /** Returns a file that exists and has not expired. */
  findFile(id: string): StoryFile | undefined {
    const file = this.#files.get(id)
    const expires = member(file?.metadata ?? '', 'expires_at')?.value ?? 'null'
    return expires !== 'null' && Number(expires) * 1000 <= this.#clock().getTime() ? undefined : file
  }

  #store(conversation: Conversation): void {
    this.#conversations.set(conversation.id, conversation)
  }

  #sort(): void {
    this.newestFirst = [...this.#conversations.values()].sort((a, b) => b.created - a.created)
  }

  #find(id: string): Conversation {
    const conversation = this.find(id)
    if (conversation === undefined) throw new Error(`the account has no conversation ${id}`)
    return conversation
  }
}
