"""Presses keys in an interactive shell on a pseudo-terminal, and prints the lines and the screen that result as JSON.

The arguments are the command of the shell. Stdin is a JSON object: in "keys" the keys for each line, and in "shown" a text
that the screen has after each of them; it may be empty. The shell prints READY when it reads keys; on Control-T it moves its
line to the file $LINE_FILE, and on Control-U it empties the line.
"""

import json
import os
import pty
import select
import signal
import sys
import time

DEADLINE = time.monotonic() + 100


def main():
    file = os.environ["LINE_FILE"]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    screen = read_until(terminal, b"", lambda so_far: b"READY" in so_far)
    lines = []
    pressed = json.load(sys.stdin)
    for keys in pressed["keys"]:
        os.write(terminal, keys.encode())
        screen = read_until(terminal, screen, lambda so_far: pressed["shown"].encode() in so_far)
        os.write(terminal, b"\x14")
        screen = read_until(terminal, screen, lambda _: os.path.exists(file))
        with open(file, encoding="utf-8", newline="") as line:
            lines.append(line.read())
        os.remove(file)
        os.write(terminal, b"\x15")
    print(json.dumps({"lines": lines, "screen": screen.decode("utf-8", "replace")}))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def read_until(terminal, screen, is_done):
    while not is_done(screen):
        if time.monotonic() > DEADLINE:
            sys.exit("the shell did not answer; the screen: " + repr(screen))
        if select.select([terminal], [], [], 0.05)[0]:
            screen += os.read(terminal, 65536)
    return screen


main()
