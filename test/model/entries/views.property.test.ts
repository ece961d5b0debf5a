import fc from 'fast-check'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'

import { transcript, type TranscriptOptions } from '../../../src/cli/terminal/transcript.ts'
import { entryParts } from '../../../src/export/markdown/entry-section.ts'
import { FootnoteScope } from '../../../src/export/markdown/page-parts.ts'
import { findUnknownShapes } from '../../../src/model/entries/find-unknown-shapes.ts'
import { plainText } from '../../../src/model/entries/entry-text.ts'
import { findReferences } from '../../../src/model/entries/references.ts'
import { parseQuery } from '../../../src/model/search/search-query.ts'
import { searchTextOfEntry, searchTextOfRow } from '../../../src/model/search/searchable-text.ts'
import { makeSnippet } from '../../../src/model/search/snippet.ts'
import { locateWords, normalizeText, wordsOf } from '../../../src/model/search/tokenizer.ts'
import { generatedEntry, type Leaf } from '../../support/entry-json.ts'

function show(json: string, row = '{"name":"one"}'): string {
  const stored = { id: 'conv_1', row, length: 1, goneAt: null, fetchedAt: '', createdAt: null }
  const conversation = {
    ...stored,
    entries: () => [json],
    sizes: () => [],
    entryKeys: () => [],
    entriesAsFound: () => [json],
  }
  const unshown: string[] = []
  const options: TranscriptOptions = {
    ...{ title: 'one', cells: Infinity, colors: pc.createColors(false), now: new Date(0) },
    onUnshown: (_, why) => unshown.push(why),
  }
  const text = [...transcript(conversation, options)].join('')
  expect(unshown).toEqual([])
  return text
}

/** What a reader of Markdown sees: the text without escapes. */
function page(json: string): string {
  const scope = new FootnoteScope(0, 'files', { read: () => undefined })
  const parts = [...entryParts(json, scope)].map((part) => (typeof part === 'string' ? part : part.path))
  return parts.join('').replaceAll(/\\(?=[^\w\s"])/g, '')
}

/** Ids, times and marks for programs, which a view need not show; of an unknown type, everything is shown. */
const envelope = ['object', 'type', 'id', 'created_at', 'completed_at', 'model', 'agent_id', 'prefix']
const inChunks = ['type', 'signature', 'favicon', 'index', 'tool', 'detail']
const inSearch = [
  ...['file_id', 'reference_ids', 'tool_call_id', 'confirmation_status', 'role'],
  ...['previous_agent_id', 'next_agent_id'],
]

const views = {
  'plain text': {
    of: plainText,
    hidden: [...envelope, 'role', 'name', 'tool_call_id', 'confirmation_status'],
  },
  'a transcript': { of: show, hidden: ['object', 'type', 'id', 'created_at', 'completed_at', 'agent_id'] },
  'a page': {
    of: page,
    hidden: ['object', 'type', 'id', 'created_at', 'completed_at', 'agent_id', 'prefix', 'file_id'],
  },
  'the search text': { of: searchTextOfEntry, hidden: [...envelope, ...inSearch] },
}

const isShown = ({ path }: Leaf, hidden: readonly string[]) =>
  !hidden.includes(path[0] ?? '') && !path.some((key) => [...inChunks, ...hidden].includes(key))

describe('Every string and every digit is shown', () => {
  it.each(Object.entries(views))('%s', (_, { of, hidden }) => {
    fc.assert(
      fc.property(generatedEntry, ({ json, leaves }) => {
        const text = of(json).toLowerCase() // a page begins a role with a capital
        for (const leaf of leaves.filter((each) => isShown(each, hidden)))
          expect(text).toContain(leaf.said.toLowerCase())
      }),
      { numRuns: 500 },
    )
  })
})

it('An agent is named in every view, whatever the form of the handoff', () => {
  const captured = '{"type":"agent.handoff","agent_id":"ag_1","agent_name":"websearch-agent"}'
  const specified =
    '{"type":"agent.handoff","previous_agent_id":"ag_0","previous_agent_name":"finance","next_agent_id":"ag_1","next_agent_name":"websearch-agent"}'
  for (const json of [captured, specified])
    for (const view of Object.values(views)) expect(view.of(json)).toContain('websearch-agent')
  expect(plainText(captured)).toBe('→ websearch-agent (ag_1)')
  expect(plainText(specified)).toBe('finance (ag_0) → websearch-agent (ag_1)')
})

it('A call that waits for confirmation or was denied differs from one that ran', () => {
  const call = (status: string) =>
    show(`{"type":"function.call","name":"send","confirmation_status":${status}}`)
  expect(call('"denied"')).toContain('call send (denied)')
  expect(call('"pending"')).toContain('call send (pending)')
  expect(call('null')).not.toContain('(')
})

it('The name of a file has its extension once', () => {
  const file = (name: string, type: string) =>
    plainText(
      `{"type":"message.output","content":[{"type":"tool_file","file_name":${name},"file_type":${type}}]}`,
    )
  expect(file('"plot_0.png"', '"png"')).toBe('\n[file: plot_0.png]\n')
  expect(file('"plot_0"', '"png"')).toBe('\n[file: plot_0.png]\n')
  expect(file('7', 'null')).toBe('\n[file: 7]\n')
})

describe('However deep an entry is nested,', () => {
  const DEEP = 30_000 // twice as deep as a function can call itself
  const nested = {
    arrays: `${'['.repeat(DEEP)}"bottom"${']'.repeat(DEEP)}`,
    objects: `${'{"a":'.repeat(DEEP)}"bottom"${'}'.repeat(DEEP)}`,
    thoughts: `${'[{"type":"thinking","thinking":'.repeat(DEEP)}"bottom"${'}]'.repeat(DEEP)}`,
  }
  const places = {
    content: (deep: string) => `{"type":"message.output","content":${deep}}`,
    thinking: (deep: string) =>
      `{"type":"message.output","content":[{"type":"thinking","thinking":${deep}}]}`,
    'a file name': (deep: string) =>
      `{"type":"message.output","content":[{"type":"tool_file","file_name":${deep}}]}`,
    'an image': (deep: string) =>
      `{"type":"message.output","content":[{"type":"image_url","image_url":${deep}}]}`,
    arguments: (deep: string) => `{"type":"function.call","arguments":${deep}}`,
    result: (deep: string) => `{"type":"function.result","result":${deep}}`,
    info: (deep: string) => `{"type":"tool.execution","info":{"x":${deep}}}`,
    'an unknown member': (deep: string) => `{"type":"message.input","content":"","surprise":${deep}}`,
    'an unknown type': (deep: string) => `{"type":${deep},"fact":${deep}}`,
  }
  it.each(Object.entries(places))('%s is shown, searched and counted', (_, place) => {
    for (const deep of Object.values(nested)) {
      const json = place(deep)
      for (const { of } of Object.values(views)) expect(of(json)).toContain('bottom')
      const parsed: unknown = JSON.parse(json)
      expect(findUnknownShapes(parsed, [parsed]).length).toBeLessThan(10)
      expect(findReferences(json, [parsed])).toEqual([])
    }
  })

  it('a row is shown and searched', () => {
    for (const deep of Object.values(nested)) {
      const row = `{"name":${deep},"metadata":${deep},"agent_version":${deep},"instructions":${deep}}`
      expect(searchTextOfRow(row)).toContain('bottom')
      expect(show('{"type":"message.input","content":"x"}', row)).toContain('bottom')
    }
  })
})

describe('A text of 10 MB takes about ten times as long as its first tenth:', () => {
  const MB = 1_000_000 / 3
  const texts = {
    'one letter': 'a'.repeat(30 * MB),
    'Chinese without a space': '川流不息'.repeat((10 * MB) / 4),
    'Thai without a space': 'แม่น้ำ'.repeat((10 * MB) / 6),
    'combining marks alone': '\u0301\u0323'.repeat((15 * MB) / 2),
    'a letter under a million marks': `a${'\u0301\u0323'.repeat((15 * MB) / 2)}`,
    'emoji without a space': '👩‍👩‍👧'.repeat(Math.floor((7.5 * MB) / 8)),
    'words of two letters': 'ab '.repeat(10 * MB),
    'half surrogates': '\ud83d'.repeat(10 * MB),
    'Cyrillic without a space': 'река'.repeat((15 * MB) / 4),
    'a data: URI': `data:image/png;base64,${'A'.repeat(30 * MB)}`,
    quotes: '\\"'.repeat(7 * MB),
  }
  const processorSeconds = (work: () => unknown) => {
    const began = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1e6
  }
  /** Quadratic time would be a hundred times that of a tenth. */
  const expectLinear = (text: string, work: (text: string) => unknown) => {
    const ofTenth = processorSeconds(() => work(text.slice(0, text.length / 10)))
    expect(processorSeconds(() => work(text))).toBeLessThan(0.5 + 40 * ofTenth)
  }

  it.each(Object.entries(texts))('%s, split into words', (_, text) => {
    expectLinear(text, normalizeText)
  })

  // A part is examined word by word; in these texts that takes longest.
  it.each(['Thai without a space', 'words of two letters', 'half surrogates'] as const)(
    '%s, searched',
    (name) => {
      const query = parseQuery(`"nothing ab แม่น้ำ"`)
      expectLinear(texts[name], (text) => makeSnippet(text, query))
    },
  )
})

describe('A run that is split into pieces', () => {
  it('has the same words as the whole run', () => {
    const long = Array.from(
      { length: 3000 },
      (_, i) => ['川', 'が', 'ﾊﾞ', '한국', 'river', 'ไทย', 'é'][i % 7],
    ).join('')
    const expected = wordsOf(long.slice(0, 4000))
    expect(wordsOf(long).slice(0, expected.length - 2)).toEqual(expected.slice(0, -2))
    expect([...locateWords(long)].map(({ word }) => word)).toEqual(wordsOf(long))
    for (const { word, start, end } of [...locateWords(long)].slice(0, 500))
      expect(wordsOf(long.slice(start, end))).toEqual([word])
  })
})
