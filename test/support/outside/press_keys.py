"""Presses keys in an interactive shell on a pseudo-terminal, and prints the line that results as JSON.

Arguments: the shell with its own arguments, after the file that the shell writes its line to. Keys are read from stdin.
The shell prints READY when it reads keys, and writes its line to the file on Control-T.
"""

import json
import os
import pty
import select
import sys
import time

DEADLINE = time.monotonic() + 50


def main():
    file, *command = sys.argv[1:]
    keys = sys.stdin.buffer.read()
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    screen = b""
    pressed = False
    while not os.path.exists(file):
        if time.monotonic() > DEADLINE:
            sys.exit("the shell did not write its line; the screen: " + repr(screen))
        if select.select([terminal], [], [], 0.1)[0]:
            screen += os.read(terminal, 65536)
        if b"READY" in screen and not pressed:
            pressed = True
            os.write(terminal, keys + b"\x14")
    line = open(file, encoding="utf-8", newline="").read()
    print(json.dumps({"line": line, "screen": screen.decode("utf-8", "replace")}))
    os.kill(child, 9)
    os.waitpid(child, 0)


main()
