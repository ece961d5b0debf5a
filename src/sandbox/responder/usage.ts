import type { ParsedEntry } from '../check/parsed-entry.ts'
import type { Draft } from './draft.ts'

/** The token counts of a response. */
export interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly connector_tokens: number | null
  readonly connectors: Readonly<Record<string, number>> | null
}

/** Counts the tokens of a response. */
export function usageOf(prompt: number, drafts: readonly Draft[]): Usage {
  const executions = drafts.filter((draft) => draft.kind === 'execution')
  const completion = tokensOf(drafts.map(draftText).join(''))
  const connectorTokens = executions.length * 69
  const connectors: Record<string, number> = {}
  for (const { name } of executions) connectors[name] = (connectors[name] ?? 0) + 1
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion + connectorTokens,
    connector_tokens: executions.length > 0 ? connectorTokens : null,
    connectors: executions.length > 0 ? connectors : null,
  }
}

/** Counts the prompt tokens of a conversation. */
export function promptTokens(entries: readonly ParsedEntry[]): number {
  return entries.reduce((sum, { text }) => sum + tokensOf(text) + 3, 0)
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / 4)
}

function draftText(draft: Draft): string {
  if (draft.kind === 'handoff') return draft.to.name
  if (draft.kind !== 'message') return draft.arguments
  return typeof draft.content === 'string' ? draft.content : JSON.stringify(draft.content)
}
