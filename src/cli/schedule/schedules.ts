import { cronLine } from './cron-line.ts'
import type { DailyCommand } from './daily-command.ts'
import { launchdScript } from './launchd-script.ts'
import { systemdScript } from './systemd-script.ts'

/** What each system needs to run a command every day. */
export const schedules = {
  systemd: systemdScript,
  cron: cronLine,
  launchd: launchdScript,
} as const satisfies Record<string, (command: DailyCommand) => string>

export type ScheduleName = keyof typeof schedules
