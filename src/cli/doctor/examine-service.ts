import type { ConversationsClient } from '../../api/client.ts'
import { serviceTime } from '../../api/single-request.ts'
import type { Archive } from '../../archive/archive.ts'
import { hintOf, messageOf } from '../../errors.ts'
import { formatDuration } from '../../model/duration.ts'
import type { Io } from '../io.ts'
import { problemOf, type Diagnosis } from './diagnosis.ts'

/** A key and a page of the listing may be dated; a clock that is further off confuses logs and `--since`. */
const MAX_SECONDS_OFF = 60

/** Reaches the service without a key: name lookup, proxy, TLS, and the clock of this machine against its own. */
export async function examineConnection(origin: string, { env, now }: Io): Promise<Diagnosis[]> {
  const by = proxyOf(origin, env)
  try {
    const time = await serviceTime(new URL(origin).origin)
    const reached: Diagnosis = { about: 'connection', state: 'ok', what: `${origin} responds${by}` }
    return [reached, examineClock(time, now())]
  } catch (thrown) {
    return [
      { about: 'connection', state: 'problem', what: `${messageOf(thrown)}${by}`, hint: hintOf(thrown) },
      { about: 'clock', state: 'unknown', what: 'the service cannot be reached' },
    ]
  }
}

/** Names the proxy without its user and password. */
function proxyOf(origin: string, env: Io['env']): string {
  const name = origin.startsWith('https:') ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const proxy = env[name] ?? env[name.toLowerCase()]
  return proxy && URL.canParse(proxy) ? ` (${name}: ${new URL(proxy).host})` : ''
}

function examineClock(time: Date | undefined, now: Date): Diagnosis {
  const about = 'clock'
  if (time === undefined) return { about, state: 'unknown', what: 'the service does not tell its time' }
  const off = (now.getTime() - time.getTime()) / 1000
  if (Math.abs(off) <= MAX_SECONDS_OFF)
    return { about, state: 'ok', what: 'this machine and the service have the same time' }
  const what = `this machine is ${formatDuration(Math.abs(off))} ${off > 0 ? 'ahead of' : 'behind'} the service`
  return { about, state: 'warning', what, hint: 'Set the clock, for example with NTP.' }
}

/** Reads one row of the listing with the key. */
export async function examineKey(client: ConversationsClient, signal: AbortSignal): Promise<Diagnosis> {
  const about = 'key'
  try {
    const { json } = await client.list({ page: 0, pageSize: 1 }, { signal })
    if (Array.isArray(json) && json.length > 0)
      return { about, state: 'ok', what: 'accepted, and it sees conversations' }
    const hint = 'A key sees only what its own user created in its workspace: check both.'
    return { about, state: 'warning', what: 'accepted, but it sees no conversation', hint }
  } catch (thrown) {
    return problemOf(about, thrown)
  }
}

/** What earlier runs have learnt about the service. */
export function examineRate(archive: Archive | undefined, baseUrl: string, now: Date): Diagnosis {
  const about = 'rate limit'
  const rate = archive?.serviceFacts.read(baseUrl, 'requests_per_second', now)
  const rows = archive?.serviceFacts.read(baseUrl, 'page_size', now)
  const parts = [
    rate === undefined
      ? 'none met in the last 30 days'
      : `${rate.toFixed(1)} requests per second, as measured`,
    ...(rows === undefined ? [] : [`${rows} rows in a page of the listing`]),
  ]
  return { about, state: archive === undefined ? 'unknown' : 'ok', what: parts.join('; ') }
}
