import { plural } from '../../../model/plural.ts'
import { Forgotten } from '../../journal/forgotten.ts'
import type { Check } from './check.ts'

/** Reports a `hansard forget` that was interrupted before it had rewritten the file. */
export const forgotten: Check = {
  name: 'forgotten',
  about: 'no page has anything left of what was forgotten',
  *find({ db }) {
    const waiting = new Forgotten(db).notOverwritten()
    if (waiting === 0) return
    const what = `pages may still have something of ${plural(waiting, 'forgotten conversation')}`
    yield { what, where: { table: 'forgotten' }, isWarning: true }
  },
}
