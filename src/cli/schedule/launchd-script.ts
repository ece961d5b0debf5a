import type { DailyCommand } from './daily-command.ts'

/** Returns the property list of an agent, for `~/Library/LaunchAgents/hansard.plist` on macOS. */
export function launchdScript({ words, hour, minute }: DailyCommand): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Save as ~/Library/LaunchAgents/hansard.plist, then: launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/hansard.plist -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>hansard</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${escapeXml(word)}</string>`).join('\n')}
  </array>
  <key>StartCalendarInterval</key>
  <dict>
    <key>Hour</key>
    <integer>${hour}</integer>
    <key>Minute</key>
    <integer>${minute}</integer>
  </dict>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
