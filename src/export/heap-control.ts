import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Size in characters or bytes above which garbage is collected after a text. */
const LARGE = 1024 * 1024

let collect: (() => void) | undefined

/**
 * Keeps the young generation of this process at its initial size. Node would enlarge it to 48 MB, but an export keeps
 * next to nothing alive: the larger size gains no time and costs 30 MB.
 */
export function limitYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/**
 * Collects garbage after a large text. Node would let several of them pile up first: collecting takes 5 ms each and
 * lowers the peak of an export with entries of 5 MB by 40 MB. Node offers no way to ask for it but this flag.
 */
export function collectAfterLarge(text: { readonly length: number } | undefined): void {
  if (text === undefined || text.length < LARGE) return
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}
