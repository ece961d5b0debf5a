import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Texts of this many characters or bytes are rare, and each leaves several times its size behind. */
const LARGE = 1024 * 1024

let collect: (() => void) | undefined

/**
 * Lets this process collect young garbage in small portions, as it does in its first moments: an export makes much of it
 * and keeps next to nothing, so that larger portions gain no time and take 30 MB.
 */
export function limitGarbage(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/**
 * Frees what work on a large text has left behind. Node would let some more such texts pile up first: it took 40 MB off
 * the peak of an export with entries of 5 MB, for 5 ms each. There is no other way to ask for it than this flag.
 */
export function collectAfter(text: { readonly length: number } | undefined): void {
  if (text === undefined || text.length < LARGE) return
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}
