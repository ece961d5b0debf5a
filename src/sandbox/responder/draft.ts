/** A tool definition. */
export interface Tool {
  readonly type: string
  readonly function?: { readonly name: string; readonly parameters: Readonly<Record<string, unknown>> }
  readonly connector_id?: string
}

/** A part of a message. */
export type Chunk = Readonly<Record<string, unknown>> & { readonly type: string }

/** What responds: a model, or an agent with its model. */
export interface Responder {
  readonly agentId?: string
  readonly name: string
  readonly model: string
  readonly reasons: boolean
  readonly tools: readonly Tool[]
  /** The agents that this agent can hand over to; these hand over to nobody. */
  readonly handoffs: readonly Responder[]
}

/** An output before it has an id and a time. */
export type Draft =
  | { readonly kind: 'message'; readonly content: string | readonly Chunk[]; readonly responder: Responder }
  | {
      readonly kind: 'execution'
      readonly name: string
      readonly arguments: string
      readonly function?: string
      readonly info?: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: string }
  | { readonly kind: 'handoff'; readonly from: Responder; readonly to: Responder }
