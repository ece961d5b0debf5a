import type { SandboxAccount } from '../../src/sandbox/account/account.ts'
import type { Random } from '../../src/sandbox/random.ts'

/** The key of the tested account: unique, so that a leak can be found anywhere. */
export const KEY = 'tk-5b1f0c7e9d2a4486'

const DAY_MS = 86_400_000

/** Fills an account with conversations: old ones, and some that have just changed. */
export function populate(account: SandboxAccount, random: Random, count: number, now: number): void {
  for (let i = count; i > 0; i--) {
    const createdAt = new Date(now - i * DAY_MS)
    account.create({
      entries: entries(random, 1 + random.below(5)),
      ...(random.below(8) > 0 && { createdAt }),
    })
  }
}

/** Makes up to three random changes to an account; returns the ids of deleted conversations. */
export function change(account: SandboxAccount, random: Random): string[] {
  const deleted: string[] = []
  for (let times = random.below(4); times > 0; times--) {
    const id = account.ids[random.below(account.ids.length)] ?? ''
    const what = random.below(8)
    if (what < 3) account.create({ entries: entries(random, 1 + random.below(4)) })
    else if (what < 6) account.appendTo(id, entries(random, 1 + random.below(2)))
    else if (what < 7) account.replaceEntries(id, entries(random, 1 + random.below(4)))
    else if (deleted.length < 1) {
      account.remove(id)
      deleted.push(id)
    }
  }
  return deleted
}

/** Entries that JSON.parse and JSON.stringify together would change. */
function entries(random: Random, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const [type, role] = i % 2 === 0 ? ['message.input', 'user'] : ['message.output', 'assistant']
    const content = `silt \\u00e9 ü 日本 ${random.hex(16)} ${'bend '.repeat(random.below(300))}`
    return `{"object":"entry","type":"${type}","id":"msg_${random.hex(24)}","role":"${role}","n":1.0e2,"n":98765432109876543210,"content":"${content}"}`
  })
}
