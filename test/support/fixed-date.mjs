/* Loaded into a process with --import: its Date stands still at HANSARD_TEST_DATE. Timers and `performance` go on. */
const now = Date.parse(process.env.HANSARD_TEST_DATE)

globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length === 0 ? [now] : given))
  }

  static now() {
    return now
  }
}
