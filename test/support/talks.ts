import type { Story } from '../../src/sandbox/account/story.ts'

/** The messages of a conversation: user and assistant in turn. */
export type Talk = readonly string[]

/**
 * A story of plain conversations with mistral-small-latest, created a minute apart. Their ids are conv_0, conv_1
 * and so on.
 */
export function talksOf(talks: readonly Talk[], row: Readonly<Record<string, unknown>> = {}): Story {
  return {
    agents: [],
    files: [],
    conversations: talks.map((words, i) => ({
      row: JSON.stringify({
        id: `conv_${i}`,
        created_at: `2026-03-01T10:${String(i).padStart(2, '0')}:00.000000Z`,
        updated_at: `2026-03-01T10:${String(i).padStart(2, '0')}:30.000000Z`,
        model: 'mistral-small-latest',
        name: `talk ${i}`,
        object: 'conversation',
        ...row,
      }),
      entries: words.map((content, n) =>
        JSON.stringify({
          object: 'entry',
          type: n % 2 === 0 ? 'message.input' : 'message.output',
          role: n % 2 === 0 ? 'user' : 'assistant',
          created_at: '2026-03-01T10:00:00.000000Z',
          id: `msg_${i}_${n}`,
          content,
        }),
      ),
    })),
  }
}

/** Conversations with different content. */
export function someTalks(count: number): Talk[] {
  return Array.from({ length: count }, (_, i) => [`What of bend ${i}?`, `It moves by ${i} m.`])
}
