import type { DailyCommand } from './daily-command.ts'

/** Returns a script that installs a service and a timer for the user who runs it. */
export function systemdScript({ words, hour, minute }: DailyCommand): string {
  return `# Installs a timer for this user: run it with sh.
set -eu
units="\${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user"
mkdir -p "$units"
cat > "$units/hansard.service" <<'END'
[Unit]
Description=Back up conversations with hansard

[Service]
Type=oneshot
ExecStart=${words.map(systemdQuote).join(' ')}
# Variables that hold keys (api_key_env), one NAME=VALUE a line; chmod 600.
EnvironmentFile=-%h/.config/hansard/environment
Nice=10
END
cat > "$units/hansard.timer" <<'END'
[Unit]
Description=Back up conversations with hansard every day

[Timer]
OnCalendar=*-*-* ${pad(hour)}:${pad(minute)}:00
RandomizedDelaySec=5min
# After a night in which the machine was off, it runs as soon as it is on.
Persistent=true

[Install]
WantedBy=timers.target
END
systemctl --user daemon-reload
systemctl --user enable --now hansard.timer
echo 'Installed. So that it runs while you are not logged in: loginctl enable-linger'
`
}

/** In a unit, a percent sign begins a specifier and a dollar sign a variable (systemd.service, "Command lines"). */
function systemdQuote(word: string): string {
  const escaped = word
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')
  return `"${escaped}"`
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
