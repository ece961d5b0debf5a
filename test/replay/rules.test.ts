import { describe, expect, it } from 'vitest'

import { elements, member } from '../../src/model/json/json-text.ts'
import type { Loss } from '../../src/replay/loss.ts'
import type { ReplayOptions } from '../../src/replay/plan/plan.ts'
import { render, type Rendering } from '../../src/replay/plan/render.ts'
import { describeStamp } from '../../src/replay/plan/stamp.ts'
import { plainOptions, plainTarget } from '../support/replay.ts'

const user = '{"type":"message.input","role":"user","content":"Hi"}'

function renderOf(
  entries: readonly string[],
  options: Partial<ReplayOptions> = {},
  row = '{"id":"conv_1","model":"mistral-small-latest"}',
  agent?: string,
): Rendering {
  return render({ id: 'conv_1', row, entries, agent }, { ...plainOptions, ...options }, plainTarget)
}

function inputs(rendering: Rendering): string[] {
  return elements(member(rendering.requests[0]?.body ?? '{}', 'inputs')?.value ?? '[]')
}

function kinds({ planned }: Rendering): Loss['kind'][] {
  return planned.losses.map(({ kind }) => kind)
}

function blocks({ planned }: Rendering): string[] {
  return planned.blocks.map(({ kind }) => kind)
}

describe('An entry', () => {
  it('loses its id, times and author, which is not a loss', () => {
    const entry =
      '{"role":"user","content":"Hi","object":"entry","type":"message.input","created_at":"2026","completed_at":null,"id":"msg_1"}'
    const rendering = renderOf([entry])
    expect(inputs(rendering)).toEqual([user])
    expect(rendering.planned.state).toBe('ready')
  })

  it('with an unknown field loses only that field', () => {
    const rendering = renderOf(['{"type":"message.input","role":"user","content":"Hi","mood":"calm"}'])
    expect(inputs(rendering)).toEqual([user])
    expect(rendering.planned.losses).toEqual([
      { kind: 'field-dropped', position: 0, id: null, path: 'mood', before: '"calm"', after: null },
    ])
  })

  it('of type tool.execution becomes a call and its result, always with the same id of nine letters', () => {
    const entry =
      '{"type":"tool.execution","name":"web_search","arguments":"{}","info":{"n":12345678901234567890}}'
    const [call = '', result = ''] = inputs(renderOf([entry, user]))
    expect(call).toMatch(
      /^\{"type":"function.call","tool_call_id":"([A-Za-z0-9]{9})","name":"web_search","arguments":"\{\}"\}$/,
    )
    expect(member(result, 'tool_call_id')).toEqual(
      expect.objectContaining({ value: member(call, 'tool_call_id')?.value }),
    )
    expect(member(result, 'result')?.value).toBe('"{\\"n\\":12345678901234567890}"')
    expect(inputs(renderOf([entry, user]))).toEqual(inputs(renderOf([entry, user])))
  })

  it('of an unknown type becomes text', () => {
    const rendering = renderOf([user, '{"type":"memory.recall","id":"m","memories":[1e400]}', user])
    expect(inputs(rendering)[1]).toBe(
      '{"type":"message.output","role":"assistant","content":"[memory.recall] {\\"memories\\":[1e400]}"}',
    )
    expect(kinds(rendering)).toEqual(['unknown-entry-as-text'])
  })

  it('of type agent.handoff becomes text, but is left out between a call and its result', () => {
    const handoff = '{"type":"agent.handoff","previous_agent_name":"desk","next_agent_name":"gauge"}'
    const call = '{"type":"function.call","tool_call_id":"aaaaaaaaa","name":"f","arguments":"{}"}'
    const result = '{"type":"function.result","tool_call_id":"aaaaaaaaa","result":"1"}'
    expect(inputs(renderOf([handoff, user]))[0]).toContain('[handoff: desk → gauge]')
    const captured = '{"type":"agent.handoff","agent_id":"ag_1","agent_name":"websearch-agent"}'
    expect(inputs(renderOf([captured, user]))[0]).toContain('[handoff: → websearch-agent (ag_1)]')
    const within = renderOf([call, handoff, result])
    expect(inputs(within)).toEqual([call, result])
    expect(kinds(within)).toEqual(['handoff-dropped'])
  })

  it('keeps its arguments: an object with long numbers, or a string of JSON', () => {
    const long =
      '{"type":"function.call","tool_call_id":"aaaaaaaaa","name":"f","arguments":{"n":12345678901234567890,"x":1e400}}'
    const text =
      '{"type":"function.call","tool_call_id":"bbbbbbbbb","name":"f","arguments":"{ \\"since\\": 1.10 }"}'
    const results = ['aaaaaaaaa', 'bbbbbbbbb'].map(
      (id) => `{"type":"function.result","tool_call_id":"${id}","result":"1"}`,
    )
    const rendering = renderOf([long, text, ...results])
    expect(inputs(rendering)).toEqual([long, text, ...results])
    expect(rendering.planned.state).toBe('ready')
  })
})

describe('A chunk', () => {
  const of = (chunk: string, options: Partial<ReplayOptions> = {}, model = 'mistral-small-latest') =>
    renderOf(
      [`{"type":"message.output","content":[{"type":"text","text":"So"},${chunk}]}`, user],
      options,
      `{"id":"conv_1","model":"${model}"}`,
    )
  const second = (rendering: Rendering) =>
    elements(member(inputs(rendering)[0] ?? '{}', 'content')?.value ?? '[]')[1]

  it.each([
    [
      '{"type":"tool_reference","tool":"t","title":"Meander","url":"https://e.org"}',
      '[Meander](https://e.org)',
    ],
    ['{"type":"reference","reference_ids":[7,"8"]}', '[7, 8]'],
    [
      '{"type":"tool_file","tool":"t","file_id":"f","file_name":"delta","file_type":"png"}',
      '[file: delta.png]',
    ],
    [
      '{"type":"tool_file","tool":"t","file_id":"f","file_name":"plot_0.png","file_type":"png"}',
      '[file: plot_0.png]',
    ],
    ['{"type":"tool_reference","tool":"t","title":1.10,"url":"https://e.org"}', '[1.10](https://e.org)'],
    ['{"type":"hologram","depth":-0.0}', '{"type":"hologram","depth":-0.0}'],
  ])('%s becomes the text %s', (chunk, text) => {
    expect(second(of(chunk))).toBe(`{"type":"text","text":${JSON.stringify(text)}}`)
    expect(of(chunk).planned.losses).toHaveLength(1)
  })

  it('of thinking is sent only to a model that reasons', () => {
    const thinking = '{"type":"thinking","thinking":[{"type":"text","text":"hm"}],"closed":true}'
    expect(second(of(thinking, {}, 'magistral-medium-latest'))).toBe(thinking)
    expect(second(of(thinking))).toBeUndefined()
    expect(kinds(of(thinking))).toEqual(['thinking-dropped'])
  })

  it('with a signed link is sent unchanged and declared', () => {
    const link = '{"type":"document_url","document_url":"https://blob.example/a.pdf?se=1&sig=x"}'
    expect(second(of(link))).toBe(link)
    expect(kinds(of(link))).toEqual(['signed-link'])
  })
})

describe('A function call', () => {
  const call = (id: string) => `{"type":"function.call","tool_call_id":"${id}","name":"f","arguments":"{}"}`
  const result = (id: string) => `{"type":"function.result","tool_call_id":"${id}","result":"1"}`

  it('without a result blocks the conversation', () => {
    expect(blocks(renderOf([user, call('a')]))).toEqual(['unanswered-call'])
    expect(blocks(renderOf([user, call('a')], { mode: 'turns' }))).toEqual(['unanswered-call'])
  })

  it('with something between it and its result is sent as text, and so is the result', () => {
    expect(kinds(renderOf([call('a'), user, result('a'), user]))).toEqual(['call-as-text', 'result-as-text'])
  })

  it('without a result in the middle of a history is sent as text', () => {
    const rendering = renderOf([call('aaaaaaaaa'), user])
    expect(kinds(rendering)).toEqual(['call-as-text'])
    expect(blocks(renderOf([call('aaaaaaaaa'), user], { mode: 'turns' }))).toEqual(['unanswered-call'])
  })

  it('that is open while another is sent as text is sent as text, too', () => {
    const rendering = renderOf([call('c'), call('a'), result('c'), user, result('a'), user])
    expect(kinds(rendering)).toEqual(['call-as-text', 'call-as-text', 'result-as-text', 'result-as-text'])
  })

  it('with the id of an open call gets another id', () => {
    const id = 'aaaaaaaaa'
    const rendering = renderOf([call(id), call(id), result(id), result(id)])
    expect(kinds(rendering)).toEqual(['call-renamed', 'call-renamed'])
    expect(new Set(inputs(rendering).map((each) => member(each, 'tool_call_id')?.value)).size).toBe(2)
  })
})

describe('A history that ends with the assistant', () => {
  const answer = '{"type":"message.output","role":"assistant","content":"Hello"}'

  it('gets a short entry at its end by default', () => {
    const rendering = renderOf([user, answer])
    expect(inputs(rendering)).toHaveLength(3)
    expect(kinds(rendering)).toEqual(['tail-nudged'])
    expect(rendering.planned.calls[0]?.expects).toBe('reply-to-nudge')
  })

  it('is answered again with --tail answer', () => {
    const rendering = renderOf([user, answer], { tail: 'answer' })
    expect(inputs(rendering)).toEqual([user])
    expect(kinds(rendering)).toEqual(['tail-asked-anew'])
  })

  it('continues its last answer with --tail prefix', () => {
    const rendering = renderOf([user, answer], { tail: 'prefix' })
    expect(inputs(rendering)[1]).toBe(
      '{"type":"message.input","role":"assistant","content":"Hello","prefix":true}',
    )
    expect(kinds(rendering)).toEqual(['tail-as-prefix'])
  })

  it('gets a short entry if the chosen option is impossible', () => {
    expect(kinds(renderOf([answer], { tail: 'answer' }))).toEqual(['tail-nudged'])
    const picture = '{"type":"message.output","content":[{"type":"image_url","image_url":"https://e.org"}]}'
    expect(kinds(renderOf([user, picture], { tail: 'prefix' }))).toEqual(['tail-nudged'])
  })
})

describe('Turns', () => {
  it('are asked one after the other, with the function results of the source', () => {
    const call = '{"type":"function.call","tool_call_id":"a","name":"gauge","arguments":"{}"}'
    const result = '{"type":"function.result","tool_call_id":"a","result":"2.41"}'
    const answer = '{"type":"message.output","content":"2.41 m"}'
    const { planned, requests } = renderOf([user, call, result, answer, user, answer], { mode: 'turns' })
    expect(requests.map(({ operation }) => operation)).toEqual(['start', 'append'])
    expect(requests[1]?.body).toBe(`{"inputs":[${user}]}`)
    expect(requests[0]?.results).toEqual([
      { position: 2, name: 'gauge', arguments: '"{}"', result: '"2.41"' },
    ])
    expect(planned.estimate.calls).toBe(3)
    expect(planned.state).toBe('ready')
  })

  it('are estimated with everything that came before', () => {
    const { planned } = renderOf([user, user, '{"type":"message.output","content":"A"}', user], {
      mode: 'turns',
    })
    const [first, second] = planned.calls
    expect(second?.tokensIn).toBeGreaterThan((first?.tokensIn ?? 0) + (first?.tokensOut ?? 0))
  })

  it('drop the answers, and declare what is not asked again', () => {
    const rendering = renderOf(['{"type":"memory.recall"}', user], { mode: 'turns' })
    expect(kinds(rendering)).toEqual(['not-asked-again'])
  })
})

describe('The settings', () => {
  const tools = (list: string) => `{"id":"conv_1","model":"mistral-small-latest","tools":[${list}]}`
  const body = (rendering: Rendering) => rendering.requests[0]?.body ?? '{}'

  it('keep metadata token for token and add the stamp', () => {
    const rendering = renderOf(
      [user],
      {},
      '{"id":"conv_1","model":"mistral-small-latest","metadata":{"n":12345678901234567890}}',
    )
    expect(member(body(rendering), 'metadata')?.value).toBe(
      `{"n":12345678901234567890,"hansard_replay":"${rendering.planned.stamp}"}`,
    )
  })

  it('replace the stamp in the copy of a copy', () => {
    const row = '{"id":"conv_1","model":"mistral-small-latest","metadata":{"hansard_replay":"v1.old"}}'
    expect(kinds(renderOf([user], {}, row))).toEqual(['metadata-stamped'])
  })

  it('leave out arguments that the API returns but does not accept', () => {
    const args =
      '{"temperature":0.0,"top_p":null,"response_format":{"type":"json_schema","json_schema":null}}'
    const rendering = renderOf(
      [user],
      {},
      `{"id":"conv_1","model":"mistral-small-latest","completion_args":${args}}`,
    )
    expect(member(body(rendering), 'completion_args')?.value).toBe('{"temperature":0.0}')
    expect(rendering.planned.losses.map(({ path }) => path)).toEqual(['completion_args.response_format'])
  })

  it('warn if tools may run, and disable them on request', () => {
    const loud = renderOf([user], {}, tools('{"type":"web_search"}'))
    expect(loud.planned.warnings).toEqual(['tools-may-run'])
    const quiet = renderOf([user], { rebuild: 'quiet' }, tools('{"type":"web_search"}'))
    expect(quiet.planned.warnings).toEqual([])
    expect(member(body(quiet), 'completion_args')?.value).toBe('{"tool_choice":"none"}')
    expect(kinds(quiet)).toEqual(['tools-silenced'])
  })

  it('require a mapping for a library, and for a connector and its secret', () => {
    const library = tools('{"type":"document_library","library_ids":["l1"]}')
    const connector = tools(
      '{"type":"connector","connector_id":"c1","authorization":{"type":"api-key","value":"[redacted by hansard]"}}',
    )
    expect(blocks(renderOf([user], {}, library))).toEqual(['library'])
    expect(blocks(renderOf([user], {}, connector))).toEqual(['connector'])
    expect(blocks(renderOf([user], { connectors: { c1: 'C1' } }, connector))).toEqual(['connector-secret'])
    const carried = renderOf([user], { connectors: { c1: 'C1' }, connectorAuth: { c1: 'TOKEN' } }, connector)
    expect(carried.planned.secrets).toEqual(['TOKEN'])
    expect(body(carried)).toContain('"value":{"environment":"TOKEN"}')
    expect(kinds(renderOf([user], { libraries: { l1: 'L1' } }, library))).toEqual(['library-mapped'])
    expect(kinds(renderOf([user], { dropTools: true }, library))).toEqual(['tool-dropped'])
  })

  it('of an unmapped agent come from the archive, for a model', () => {
    const row = '{"id":"conv_1","agent_id":"ag_1","agent_version":3}'
    const agent = '{"id":"ag_1","instructions":"Be brief.","tools":[],"model":"m","handoffs":["ag_2"]}'
    expect(blocks(renderOf([user], {}, row, agent))).toEqual(['agent'])
    const fallback = { fallbackModel: 'mistral-small-latest' }
    expect(blocks(renderOf([user], fallback, row))).toEqual(['agent-not-archived'])
    const rendering = renderOf([user], fallback, row, agent)
    expect(member(body(rendering), 'instructions')?.value).toBe('"Be brief."')
    expect(kinds(rendering)).toEqual(['agent-as-model', 'field-dropped'])
  })

  it('require a model that the target has', () => {
    const row = '{"id":"conv_1","model":"ft:secret:1"}'
    expect(blocks(renderOf([user], {}, row))).toEqual(['model'])
    expect(kinds(renderOf([user], { models: { 'ft:secret:1': 'mistral-small-latest' } }, row))).toEqual([
      'model-mapped',
    ])
  })
})

describe('A plan', () => {
  const row = '{"id":"conv_1","name":"Rivers","model":"mistral-small-latest"}'

  it('says whether a conversation is ready, and names it', () => {
    expect(renderOf([user], {}, row).planned).toMatchObject({ name: 'Rivers', state: 'ready' })
    const lossy = user.replace('}', ',"mood":1}')
    expect(renderOf([lossy]).planned).toMatchObject({ name: null, state: 'ready-with-losses' })
  })

  it('has no requests for a conversation that is blocked, and no cost', () => {
    const { planned, requests } = renderOf([user, user], { mode: 'turns' }, row.replace('-small', '-gone'))
    expect({ requests, calls: planned.calls }).toEqual({ requests: [], calls: [] })
    expect(planned).toMatchObject({ state: 'blocked', estimate: { calls: 0, tokensIn: 0, tokensOut: 0 } })
  })
})

describe('A conversation is blocked', () => {
  it('if it is longer than the model can read', () => {
    const long = `{"type":"message.input","role":"user","content":"${'word '.repeat(200_000)}"}`
    expect(blocks(renderOf([long]))).toEqual(['context'])
  })

  it('if there is nothing to send', () => {
    expect(blocks(renderOf([]))).toEqual(['nothing-to-send'])
    expect(blocks(renderOf(['{"type":"message.output","content":"Hello"}'], { mode: 'turns' }))).toEqual([
      'nothing-to-send',
    ])
  })

  it('if the marker of a redacted secret would be sent', () => {
    const text = '{"type":"message.input","role":"user","content":"[redacted by hansard]"}'
    expect(blocks(renderOf([text]))).toEqual(['redacted'])
    expect(blocks(renderOf([text.replace('[redacted by hansard]', 'it is [the API key]')]))).toEqual([
      'redacted',
    ])
  })
})

describe('The stamp', () => {
  it('differs for another conversation, content, mode or label', () => {
    const other = '{"type":"message.input","role":"user","content":"Ho"}'
    const stamps = [
      renderOf([user]),
      renderOf([other]),
      renderOf([user], { mode: 'turns' }),
      renderOf([user], { label: 'second' }),
      render(
        { id: 'conv_2', row: '{"model":"mistral-small-latest"}', entries: [user], agent: undefined },
        plainOptions,
        plainTarget,
      ),
    ].map(({ planned }) => planned.stamp)
    expect(new Set(stamps).size).toBe(stamps.length)
  })

  it('can be at the end of the description, for a target that does not return metadata', () => {
    expect(describeStamp('{"model":"m","inputs":[]}', 'v1.x').body).toBe(
      '{"description":"[hansard_replay v1.x]","model":"m","inputs":[]}',
    )
    const { body, loss } = describeStamp('{"description":"Old \\u00e9","inputs":[]}', 'v1.x')
    expect(body).toBe('{"description":"Old é [hansard_replay v1.x]","inputs":[]}')
    expect(loss).toMatchObject({ kind: 'description-stamped', before: '"Old \\u00e9"' })
  })

  it('is the same if an entry was read in another form', () => {
    const one = renderOf(['{"type":"message.input","role":"user","content":"\\u0048i","completed_at":null}'])
    const other = renderOf(['{"completed_at":"2026","role":"user","type":"message.input","content":"Hi"}'])
    expect(one.planned.stamp).toBe(other.planned.stamp)
  })
})
