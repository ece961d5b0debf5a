import type { Story } from '../../src/sandbox/account/story.ts'

/** What is said in a conversation: the user's words and the assistant's, in turn. */
export type Talk = readonly string[]

/** A story of plain conversations of mistral-small-latest, made a minute apart; their ids are conv_0, conv_1 and so on. */
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

/** So many conversations that say different things. */
export function someTalks(count: number): Talk[] {
  return Array.from({ length: count }, (_, i) => [`What of bend ${i}?`, `It moves by ${i} m.`])
}
