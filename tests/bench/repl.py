"""What tests/bench/repl.sh measures on a terminal: the time until the prompt is there, and until a
TAB among 500 functions is answered. Milliseconds, the median of RUNS."""

import fcntl
import os
import pty
import statistics
import struct
import sys
import termios
import time

WHARF, PROJECT, FOLDER, RUNS = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])


class Session:
    def __init__(self, folder):
        self.began = time.perf_counter()
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(WHARF, [WHARF, "-C", folder, "repl"])
        size = struct.pack("HHHH", 40, 120, 0, 0)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, size)

    def wait_for(self, text):
        seen = b""
        while text not in seen:
            seen += os.read(self.terminal, 65536)

    def type(self, text):
        self.began = time.perf_counter()
        os.write(self.terminal, text)

    def took(self):
        return (time.perf_counter() - self.began) * 1000

    def end(self):
        os.write(self.terminal, b"n\x15\x04")
        try:
            while os.read(self.terminal, 65536):
                pass
        except OSError:
            pass
        os.close(self.terminal)
        os.waitpid(self.process, 0)


def prompt():
    session = Session(PROJECT)
    session.wait_for(b"wharf> ")
    took = session.took()
    session.end()
    return took


def completion():
    session = Session(FOLDER)
    session.wait_for(b"wharf> ")
    session.type(b"function_n")
    session.wait_for(b"n")
    # All of them are looked through twice: for what they have in common, and to count them.
    session.type(b"\t\t")
    session.wait_for(b"500 possibilities")
    took = session.took()
    session.end()
    return took


def tell(what, bar, times):
    median = statistics.median(times)
    print(f"{what}: {median:.1f} ms")
    if median > bar:
        print(f"{what}: ABOVE THE BAR of {bar} ms")


with open(os.path.join(FOLDER, "wharf.rhai"), "w") as script:
    for number in range(500):
        script.write(f"fn function_number_{number}(a, b) {{ a + b }}\n")
tell("prompt of the Django project", 50, [prompt() for _ in range(RUNS)])
tell("a completion among 500 functions", 10, [completion() for _ in range(RUNS)])
