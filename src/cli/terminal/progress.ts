import type { GlobalOptions, Io } from '../io.ts'
import { fit } from './terminal-text.ts'

/** Shows the progress of a command. */
export interface ProgressLine<State> {
  update(state: State): void
  /** Shows the current step. */
  say(what: string): void
  /** Clears the line. */
  end(): void
}

/** The time between two redraws on a terminal, and between two lines elsewhere, in milliseconds. */
const REDRAW_MS = 100
const LINE_MS = 30_000

/** Shows progress on stderr: a line that is redrawn on a terminal, a line every 30 s elsewhere, nothing with --quiet. */
export function showProgress<State>(
  { quiet }: GlobalOptions,
  { stderr }: Io,
  format: (state: State) => string,
): ProgressLine<State> {
  if (quiet) return { update: () => undefined, say: () => undefined, end: () => undefined }
  const isTerminal = stderr.isTTY
  let next = isTerminal ? 0 : performance.now() + LINE_MS
  const draw = (line: string) =>
    void stderr.write(isTerminal ? `\r${fit(line, (stderr.columns ?? 80) - 1)}\u001b[K` : `${line}\n`)
  return {
    update: (state) => {
      if (performance.now() < next) return
      next = performance.now() + (isTerminal ? REDRAW_MS : LINE_MS)
      draw(format(state))
    },
    say: (what) => {
      if (isTerminal || performance.now() >= next) draw(what)
    },
    end: () => {
      if (isTerminal) stderr.write('\r\u001b[K')
    },
  }
}
