import type { GlobalOptions, Io } from '../io.ts'
import { fit } from './terminal-text.ts'

/** Shows how far a command is. */
export interface ProgressLine<State> {
  update(state: State): void
  /** Shows what is done now. */
  say(what: string): void
  /** Clears the line, if there is one. */
  end(): void
}

/** How often a terminal is redrawn, and how often anything else gets a line, in milliseconds. */
const REDRAW_MS = 100
const LINE_MS = 30_000

/** A line that redraws itself on a terminal; elsewhere a plain line now and then; nothing when told to be quiet. */
export function showProgress<State>(
  { quiet }: GlobalOptions,
  { stderr }: Io,
  lineOf: (state: State) => string,
): ProgressLine<State> {
  if (quiet === true) return { update: () => undefined, say: () => undefined, end: () => undefined }
  const isTerminal = stderr.isTTY === true
  let next = isTerminal ? 0 : performance.now() + LINE_MS
  const draw = (line: string) =>
    void stderr.write(isTerminal ? `\r${fit(line, (stderr.columns ?? 80) - 1)}\u001b[K` : `${line}\n`)
  return {
    update: (state) => {
      if (performance.now() < next) return
      next = performance.now() + (isTerminal ? REDRAW_MS : LINE_MS)
      draw(lineOf(state))
    },
    say: (what) => {
      if (isTerminal || performance.now() >= next) draw(what)
    },
    end: () => {
      if (isTerminal) stderr.write('\r\u001b[K')
    },
  }
}
