import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

import { emptyArchive } from '../../src/archive/archive.ts'
import { isSafeUrl } from '../../src/export/pages/safe-url.ts'
import { archiveOf, type MadeConversation } from '../support/archives.ts'
import { anyEntry } from '../support/entry-arbitrary.ts'
import { exported, type Exported } from '../support/exports.ts'
import { hostileText, wordsOf } from '../support/hostile-markdown.ts'
import { elementsIn, rendered, textOf } from '../support/markdown-reader.ts'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

describe('A page', () => {
  it('shows every type of entry and chunk', async () => {
    const page = await pageOf([
      said('user', 'Why?'),
      said('assistant', [
        {
          type: 'thinking',
          thinking: [
            { type: 'text', text: 'Hm.' },
            { type: 'reference', reference_ids: [1] },
          ],
        },
        { type: 'text', text: 'Because' },
        { type: 'tool_reference', tool: 'web_search', title: 'A [b]', url: 'https://example.org/(x)' },
        { type: 'text', text: ' so.' },
        { type: 'document_url', document_url: 'https://example.org/a.pdf', document_name: 'a_b.pdf' },
        { type: 'hologram', depth: 1 },
        'no object',
      ]),
      {
        type: 'tool.execution',
        name: 'code_interpreter',
        info: { code: 'print("```")', code_output: '```\n' },
      },
      { type: 'tool.execution', name: 'web_search', arguments: '{"q":1e400}' },
      { type: 'function.call', name: 'f', tool_call_id: 'abc', arguments: '{"cut' },
      { type: 'function.result', tool_call_id: 'abc', result: '' },
      { type: 'agent.handoff', previous_agent_name: 'a', next_agent_name: 'b', next_agent_id: 'ag_1' },
      { type: 'memory.recall', n: 1 },
    ])
    expect(page.replace(/^---[^]*?\n---\n/, '')).toMatchInlineSnapshot(`
      "
      # Why?

      *8 entries*

      <a id="entry-0"></a>

      ## User

      > Why?

      <a id="entry-1"></a>

      ## Assistant

      <details>
      <summary>Thinking</summary>

      > Hm.[^1-1]

      </details>

      > Because[^1-2] so.

      **Document:** [a_b.pdf](https://example.org/a.pdf)

      \`\`\`json
      {
        "type": "hologram",
        "depth": 1
      }
      \`\`\`

      > no object

      [^1-1]: Reference ids: 1
      [^1-2]: Found by web_search: [A &#91;b&#93;](https://example.org/%28x%29)

      <a id="entry-2"></a>

      ## Tool: code_interpreter

      Code:

      \`\`\`\`python
      print("\`\`\`")
      \`\`\`\`

      Output:

      \`\`\`\`text
      \`\`\`
      \`\`\`\`

      <a id="entry-3"></a>

      ## Tool: web_search

      Arguments:

      \`\`\`json
      {
        "q": 1e400
      }
      \`\`\`

      <a id="entry-4"></a>

      ## Function call: f · abc

      \`\`\`text
      {"cut
      \`\`\`

      <a id="entry-5"></a>

      ## Function result: abc

      *empty*

      <a id="entry-6"></a>

      ## Handoff

      From a to b (ag_1)

      <a id="entry-7"></a>

      ## memory.recall (unknown to this version of hansard)

      \`\`\`json
      {
        "type": "memory.recall",
        "n": 1
      }
      \`\`\`

      "
    `)
  })

  it('does not turn text beside a citation into a link, definition or footnote', async () => {
    const beside = async (before: string, after: string) => {
      const chunks = [
        { type: 'text', text: before },
        { type: 'tool_reference', tool: 'web_search', url: 'https://example.org' },
        { type: 'text', text: after },
      ]
      return (await pageOf([said('assistant', chunks)]))
        .split('\n')
        .filter((line) => /^>|^Sources/.test(line))
    }
    expect(await beside('a', '(javascript:alert(1))')).toEqual(['> a[^0-1]\\(javascript:alert(1))'])
    expect(await beside('', ': mine')).toEqual(['> [^0-1]\\: mine'])
    expect(await beside('^', '')).toEqual(['> \\^[^0-1]'])
    expect(await beside('`', '`')).toEqual(['> ``', 'Sources: [^0-1]'])
  })

  it('has an anchor for each entry, and no structure that an entry added', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(hostileEntry, { minLength: 1, maxLength: 5 }),
        hostileText,
        async (entries, name) => {
          const made = await exported(
            archiveOf([{ row: { id: 'conv_1', name, description: name }, entries }]),
            'markdown',
          )
          const [path = ''] = pagesOf(made)
          const page = String(made.files[path])
          const elements = elementsIn(rendered(page))
          const anchors = elements.flatMap(({ attributes: { id } }) => (id?.startsWith('entry-') ? [id] : []))
          expect(anchors).toEqual(entries.map((_, i) => `entry-${i}`))
          expect(elements.filter((element) => !isExpected(element, path, made))).toEqual([])
          const said = entries.flatMap((entry) => wordsOf(JSON.stringify(entry)))
          expect(wordsOf(textOf(rendered(page)))).toEqual(expect.arrayContaining(said))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('has valid YAML front matter for any conversation', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(hostileText, fc.string({ unit: 'binary' })),
        fc.jsonValue(),
        async (text, metadata) => {
          const row = {
            id: 'conv_1',
            name: `x ${text}`,
            description: `${text}.`,
            metadata: { [text]: metadata },
          }
          const page = await pageOf([said('user', '---\nname: mine\n---')], row)
          const facts = parse(/^---\n([^]*?\n)---\n/.exec(page)?.[1] ?? '') as Record<string, unknown>
          expect(facts).toMatchObject({
            id: 'conv_1',
            entries: 1,
            description: `${text}.`.replaceAll(/\p{Surrogate}/gu, '\ufffd'),
          })
          expect(Object.keys(facts)).toEqual(['title', 'id', 'description', 'entries', 'metadata'])
        },
      ),
      { numRuns: 40 },
    )
  })

  it('has the metadata as a YAML mapping, or as its JSON if YAML would change it', async () => {
    const metadata = async (text: string) => {
      const page = await pageOf([], `{"id":"conv_1","metadata":${text}}`)
      return (parse(page.split('---\n')[1] ?? '') as { metadata: unknown }).metadata
    }
    expect(await metadata('{"a":[1,null,{"b":"c"}]}')).toEqual({ a: [1, null, { b: 'c' }] })
    expect(await metadata('{"a":12345678901234567890}')).toBe('{"a":12345678901234567890}')
    expect(await metadata('{"a":1,"a":2}')).toBe('{"a":1,"a":2}')
    expect(await metadata(`{"${'k'.repeat(2000)}":1}`)).toBe(`{"${'k'.repeat(2000)}":1}`)
  })

  it('is titled with the first question if the conversation has no name', async () => {
    const made = await exported(
      archiveOf([{ row: { id: 'conv_1' }, entries: [said('user', 'Why  do\nrivers bend?')] }]),
      'markdown',
    )
    expect(String(made.files['index.md'])).toContain(
      '[Why do rivers bend?](undated/00/00-Why-do-rivers-bend-',
    )
  })
})

describe('Files', () => {
  it('in data: URIs are written beside the page, which shows images and links the rest', async () => {
    const made = await exported(
      archiveOf([
        {
          row: { id: 'conv_1', name: 'Pictures' },
          entries: [
            said('user', [
              { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
              { type: 'image_url', image_url: 'data:image/svg+xml,%3Csvg onload=x%3E' },
              {
                type: 'document_url',
                document_url: 'data:application/pdf;base64,',
                document_name: '../../CON.pdf',
              },
            ]),
          ],
        },
      ]),
      'markdown',
      { options: { path: '{id}' } },
    )
    expect(made.files['conv_1.files/0-0-image.png']).toBeUndefined()
    const folder =
      Object.keys(made.files)
        .find((path) => path.endsWith('0-0-image.png'))
        ?.replace('0-0-image.png', '') ?? ''
    expect(made.files[`${folder}0-0-image.png`]).toEqual(Buffer.from(PNG, 'base64'))
    expect(String(made.files[`${folder}0-1-image-svg.bin`])).toBe('<svg onload=x>')
    expect(made.files[`${folder}0-2-CON-.pdf`]).toEqual(Buffer.of())
    const page = String(made.files[pagesOf(made)[0] ?? ''])
    expect(page).toContain(`![image.png](${folder}0-0-image.png)`)
    expect(page).toContain(`**Image:** [image.svg](${folder}0-1-image-svg.bin) (14 bytes)`)
    expect(page).toContain('*(empty: 0 bytes)*')
    expect(page).not.toContain(PNG)
  })

  it('of tools are written beside the page, or the page says why not', async () => {
    const archive = emptyArchive()
    const file = (id: string) => ({ kind: 'file', id, version: '' }) as const
    archive.dependencies.want(['f1', 'f2', 'f3', 'f4', 'f5'].map(file), 'now')
    archive.dependencies.store(file('f1'), '{"bytes":3}', Buffer.from('abc'), 'now')
    archive.dependencies.store(file('f2'), '{"bytes":0}', Buffer.of(), 'now')
    archive.dependencies.note(file('f3'), 'expired', '404', 'now')
    archive.dependencies.note(file('f4'), 'failed', 'HTTP <b>500</b>', 'now')
    const chunks = ['f1', 'f2', 'f3', 'f4', 'f5', 'f6'].map((file_id) => ({
      type: 'tool_file',
      file_id,
      file_name: '../a\u202egnp.exe',
      file_type: file_id === 'f1' ? '../sh' : 'csv',
    }))
    const made = await exported(
      archiveOf([{ row: { id: 'conv_1' }, entries: [said('assistant', chunks)] }], archive),
      'markdown',
    )
    const paths = Object.keys(made.files).map((path) => path.replace(/^.*\//, ''))
    expect(paths).toEqual(expect.arrayContaining(['0-0-a-gnp-exe-sh.bin', '0-1-a-gnp-exe.csv']))
    expect(paths).toHaveLength(5)
    const page = String(made.files[pagesOf(made)[0] ?? ''])
    expect(page.match(/\*\([^*]*\)\*/g)).toEqual([
      '*(empty: 0 bytes)*',
      '*(expired before it was archived)*',
      '*(could not be fetched: HTTP &lt;b>500&lt;/b>)*',
      '*(not fetched yet)*',
      '*(not archived)*',
    ])
  })
})

describe('A file beside a page', () => {
  const filesFor = async (...names: readonly (readonly [unknown, unknown])[]) => {
    const archive = emptyArchive()
    const file = { kind: 'file', id: 'f', version: '' } as const
    archive.dependencies.want([file], 'now')
    archive.dependencies.store(file, '{"bytes":3}', Buffer.from('abc'), 'now')
    const chunks = names.map(([file_name, file_type]) => ({
      type: 'tool_file',
      file_id: 'f',
      file_name,
      file_type,
    }))
    const entries = [said('assistant', chunks)]
    const made = await exported(archiveOf([{ row: { id: 'conv_1' }, entries }], archive), 'markdown')
    const paths = Object.keys(made.files).filter((path) => path.includes('.files/'))
    return {
      names: paths.map((path) => path.replace(/^.*\/\d+-\d+-/, '')),
      page: String(made.files[pagesOf(made)[0] ?? '']),
    }
  }

  it('runs nothing when it is opened, whatever its name', async () => {
    const types =
      'html svg xhtml xml mht js mjs hta exe bat cmd ps1 sh py jar scf url lnk desktop md htaccess xlsm docx zip'
    const { names, page } = await filesFor(...types.split(' ').map((type) => ['invoice', type] as const))
    expect(names.sort()).toEqual(
      types
        .split(' ')
        .map((type) => `invoice-${type}.bin`)
        .sort(),
    )
    expect(page).toContain('[invoice.html](')
    expect(page).not.toContain('![')
    expect((await filesFor(['x.html', undefined], ['.htaccess', ''], ['x.PNG.exe', null])).names).toEqual([
      'x-html.bin',
      'htaccess.bin',
      'x-PNG-exe.bin',
    ])
  })

  it('keeps the extension of images, texts, tables and sound', async () => {
    const { names, page } = await filesFor(
      ['plot_0.png', 'png'],
      ['image', 'PNG'],
      ['data', 'csv'],
      ['a.b', 'pdf'],
      ['report.pdf', null],
    )
    expect(names).toEqual(['plot_0.png', 'image.png', 'data.csv', 'a-b.pdf', 'report.pdf'])
    expect(page).toMatch(/!\[plot\\?_0\.png\]\(/)
  })
})

describe('A page shows everything that the API sent:', () => {
  it('a handoff that names only the receiver', async () => {
    const handoff = { type: 'agent.handoff', agent_id: 'ag_1', agent_name: 'websearch-agent' }
    expect(await pageOf([handoff])).toContain('To websearch-agent (ag_1)\n')
  })

  it.each(['denied', 'pending'])('a call that is %s', async (status) => {
    const call = {
      type: 'function.call',
      name: 'f',
      tool_call_id: 'abc',
      arguments: '{}',
      confirmation_status: status,
    }
    expect(await pageOf([call])).toContain(`## Function call: f · abc · ${status}\n`)
  })

  it('every digit of a number, unknown members, and strings among parts', async () => {
    const entry = `{"type":"message.output","role":"assistant","content":["bare",{"type":"text","text":"said","more":[1.10]}],"big":12345678901234567890}`
    const made = await exported(archiveOf([{ row: { id: 'conv_1' }, entries: [entry] }]), 'markdown')
    const page = String(made.files[pagesOf(made)[0] ?? ''])
    for (const part of ['baresaid', '1.10', '12345678901234567890']) expect(page).toContain(part)
  })

  it('names that are too long for a heading', async () => {
    const name = `${'long '.repeat(100)}end`
    expect(await pageOf([{ type: 'function.call', name, arguments: '{}' }])).toContain(name)
    expect(await pageOf([], { id: 'conv_1', name })).toContain(`> ${name}`)
  })

  it('JSON of any depth', async () => {
    const deep = `${'['.repeat(100_000)}1${']'.repeat(100_000)}`
    const entries = [
      `{"type":"tool.execution","name":"x","info":${deep},"arguments":${deep}}`,
      `{"type":"message.output","content":[{"type":"thinking","thinking":${deep}},{"type":"hologram","deep":${deep}}]}`,
      `{"type":"function.result","result":${deep}}`,
    ]
    const row = `{"id":"conv_1","metadata":${deep},"created_at":${deep},"model":${deep}}`
    const made = await exported(archiveOf([{ row, entries }]), 'markdown')
    expect(made).toMatchObject({ conversations: 1, leftOut: 0 })
  })
})

describe('Paths of pages', () => {
  const names = [
    'CON', 'aux.txt', 'dots...', 'space ', '<>:"/\\|?*', 'a\u0000b\u001f', 'x'.repeat(300), '漢'.repeat(300), '', '🌊🌊',
    '👩‍👩‍👧‍👦', '\u202egnp.exe', 'é', 'e\u0301', 'Name', 'name', 'NAME', '\ud800', '../../etc/passwd', '/', '.', '..', '~', '-rf', 'index',
    'manifest.json', 'com1', 'ﬁ', 'Straße', 'STRASSE',
  ] // prettier-ignore

  it.each([
    {},
    { path: '{name}' },
    { path: '{name}/{id}' },
    { path: '{id}/{name}' },
    { path: '{model} {year}/{day}_{name}' },
  ])('are safe and unique on every system with %j', async (options) => {
    const ids = ['conv_aaaaaaaa', 'CONV_AAAAAAAA', '../x', 'index']
    const conversations = names.flatMap((name, i) =>
      ids.map((id) => ({ row: { id: i === 0 ? id : `${id}${i}`, name, model: name }, entries: [] })),
    )
    const made = await exported(archiveOf(conversations), 'markdown', { options })
    const paths = pagesOf(made)
    expect(paths).toHaveLength(conversations.length)
    expect(new Set(paths.map((path) => path.normalize('NFKC').toUpperCase().toLowerCase())).size).toBe(
      paths.length,
    )
    for (const part of paths.flatMap((path) => path.split('/'))) {
      expect(part).toMatch(/^(?!(con|prn|aux|nul|com\d|lpt\d)(\.|$))[^<>:"/\\|?*\p{C}]+(?<![. ])$/iu)
      expect(Buffer.byteLength(`${part}.files`)).toBeLessThanOrEqual(255)
      expect(part.normalize('NFC')).toBe(part)
    }
  })

  it('do not depend on the selection', async () => {
    const archive = archiveOf(['a', 'b', 'c'].map((id) => ({ row: { id, name: 'The same' } })))
    const all = pagesOf(await exported(archive, 'markdown'))
    const one = pagesOf(await exported(archive, 'markdown', { selection: { ids: ['b'] } }))
    expect(new Set(all).size).toBe(3)
    expect(all).toEqual(expect.arrayContaining(one))
  })

  it.each([
    '{nmae}',
    '../{name}',
    '/{name}',
    '{name}/',
    'a//{id}',
    '{year}',
    '',
    '.',
    '..',
    '{name}/..',
    'C:{name}',
    'a\\{name}',
    'CON/{name}',
    '.git/{name}',
    'index.md/{id}',
    '{name',
    '{{name}}',
    `${'x'.repeat(300)}{name}`,
    '{constructor}{name}',
  ])('cannot be made from %j', async (path) => {
    await expect(exported(archiveOf([]), 'markdown', { options: { path } })).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('{year}'),
    })
  })
})

it('The index lists the pages by month, oldest first, with working links', async () => {
  const made = await exported(
    archiveOf([
      {
        row: { id: 'c', name: '[x](y)', model: 'm', created_at: '2026-02-01T00:30:00+02:00' },
        entries: [said('user', 'a')],
      },
      { row: { id: 'b', name: 'Two', created_at: '2026-02-03T00:00:00Z' }, isGone: true },
      { row: { id: 'a', name: 'None' } },
    ]),
    'markdown',
    { selection: { includeGone: true } },
  )
  const index = String(made.files['index.md'])
  expect(index.replaceAll(/-[0-9a-v]{12}\.md/g, '-….md')).toBe(
    [
      '# Conversations\n\nBy month of creation; all times are UTC.\n',
      '## Without a date\n\n- [None](undated/00/00-None-….md) · 0 entries\n',
      '## 2026-01\n\n- 2026-01-31 22:30 [&#91;x&#93;(y)](2026/01/31-x-y-….md) · m · 1 entry\n',
      '## 2026-02\n\n- 2026-02-03 00:00 [Two](2026/02/03-Two-….md) · 0 entries · gone upstream since 2026-11-22\n',
      '3 conversations.\n',
    ].join('\n'),
  )
  for (const { attributes } of elementsIn(rendered(index)).filter(({ name }) => name === 'a'))
    expect(Object.keys(made.files)).toContain(decodeURIComponent(attributes['href'] ?? ''))
})

const said = (role: string, content: unknown) => ({ type: 'message.input', role, content })

const hostileEntry = fc.oneof(
  { weight: 3, arbitrary: hostileText.map((text) => said('user', text)) },
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.oneof(
          hostileText.map((text) => ({ type: 'text', text })),
          fc.record({
            type: fc.constant('tool_reference'),
            tool: hostileText,
            title: hostileText,
            url: hostileText,
          }),
          hostileText.map((text) => ({ type: 'thinking', thinking: [{ type: 'text', text }] })),
          hostileText.map((id) => ({ type: 'reference', reference_ids: [id] })),
        ),
        { maxLength: 5 },
      )
      .map((chunks) => said('assistant', chunks)),
  },
  hostileText.map((text) => ({ type: 'function.call', name: text.slice(0, 50), arguments: text })),
  hostileText.map((text) => ({ type: 'tool.execution', name: 'x', info: { code: text, code_output: text } })),
  hostileText.map((text) => ({ type: 'memory.recall', text })),
  anyEntry,
)

/** Checks that a page loads and runs nothing, and links only to the web, mail, its footnotes and its files. */
function isExpected(
  { name, attributes: { href, src, id, class: kind, ...rest } }: ReturnType<typeof elementsIn>[number],
  page: string,
  { files }: Exported,
): boolean {
  const isFile = (target: string) =>
    files[decodeURIComponent(page.replace(/[^/]*$/, '') + target)] !== undefined
  return (
    ELEMENTS.has(name) &&
    Object.keys(rest).every(
      (key) => key === 'title' || key === 'alt' || key === 'start' || key === 'style',
    ) &&
    (id === undefined || /^(entry-\d+|fn(ref)?\d+(:\d+)?)$/.test(id)) &&
    (kind === undefined || kind.startsWith('footnote')) &&
    (src === undefined || isFile(src)) &&
    (href === undefined || isSafeUrl(href) || /^#fn(ref)?\d+/.test(href) || isFile(href))
  )
}

const ELEMENTS = new Set(
  'a img blockquote p br em strong s code pre ul ol li h1 h2 h3 h4 h5 h6 hr table thead tbody tr th td details summary sup section'.split(
    ' ',
  ),
)

function pagesOf({ files }: Exported): string[] {
  return Object.keys(files).filter((path) => path.endsWith('.md') && path !== 'index.md')
}

async function pageOf(
  entries: readonly unknown[],
  row: MadeConversation['row'] = { id: 'conv_1' },
): Promise<string> {
  const texts = entries.map((entry) => JSON.stringify(entry))
  const made = await exported(archiveOf([{ row, entries: texts }]), 'markdown')
  return String(made.files[pagesOf(made)[0] ?? ''])
}
