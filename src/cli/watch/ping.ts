import { postText } from '../../api/single-request.ts'
import { HansardError, messageOf } from '../../errors.ts'
import type { Io } from '../io.ts'
import { warn } from '../terminal/warn.ts'

/** Services that watch over jobs take 10 kB and more. */
const MAX_BODY = 10_000

/** The end of a URL that says what happened, as healthchecks.io and compatible services understand it. */
const endings = { start: '/start', success: '', failure: '/fail' } as const

/** Tells a service that watches over jobs when a run begins and how it ended. */
export class Ping {
  readonly #url: URL
  readonly #stderr: Io['stderr']

  /** @throws HansardError `usage` if the URL is none; it is not quoted, since its path is a secret */
  constructor(url: string, { stderr }: Pick<Io, 'stderr'>) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
      throw new HansardError('usage', 'The ping URL is not an http(s) URL', {
        hint: 'Use a URL such as https://hc-ping.com/UUID. `/start` and `/fail` are added to its path.',
      })
    }
    this.#url = parsed
    this.#stderr = stderr
  }

  /** Sends a ping. One that fails is a warning: the run matters more. */
  async send(what: keyof typeof endings, report = ''): Promise<void> {
    const url = new URL(this.#url)
    url.pathname = url.pathname.replace(/\/*$/, '') + endings[what]
    try {
      const status = await postText(url, report.slice(0, MAX_BODY))
      if (status >= 300) this.#warn(`it responded with HTTP ${status}`)
    } catch (thrown) {
      this.#warn(messageOf(thrown))
    }
  }

  #warn(why: string): void {
    warn(this.#stderr, `the ping to ${this.#url.host} failed: ${why}`)
  }
}
