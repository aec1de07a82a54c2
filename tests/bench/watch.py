"""What tests/bench/watch.sh measures."""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

WHARF, RUNS = sys.argv[1], int(sys.argv[2])


class Watched:
    """A tree, and a tool whose command writes a line into a pipe each time it starts."""

    def __init__(self, tool, ignored=0, files=10_000, command=""):
        self.folder = tempfile.mkdtemp(prefix="wharf-bench-")
        self.tool = tool
        for folder in range(100):
            os.mkdir(self.path(f"d{folder}"))
            for file in range(files // 100):
                with open(self.path(f"d{folder}/f{file}.py"), "w") as out:
                    out.write(f"{folder} {file}\n" * 400)
        self.write("state", "0")
        self.write(".gitignore", "ignored/\n")
        if ignored:
            for folder in range(100):
                os.makedirs(self.path(f"ignored/d{folder}"))
                for file in range(ignored // 100):
                    open(self.path(f"ignored/d{folder}/{file}"), "w").close()
        self.pipe_path = tempfile.mktemp(prefix="wharf-pipe-")
        os.mkfifo(self.pipe_path)
        self.pipe = os.open(self.pipe_path, os.O_RDWR | os.O_NONBLOCK)
        # Nothing but the shell itself stands between a start and its line.
        said = f"$({command})" if command else "x"
        self.line = f"echo {said} > {self.pipe_path}"
        self.git("init", "-q", "-b", "main")
        self.write("wharf.rhai", f'stage("run", || sh("{self.line}"));\n')
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Begin")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as out:
            out.write(text)

    def git(self, *arguments):
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True)

    def arguments(self):
        shell = ["sh", "-c", self.line]
        return {
            "wharf": [WHARF, "watch", "--quiet"],
            "watchexec": ["watchexec", "-q", "--", *shell],
            "watchexec 0ms": ["watchexec", "-q", "--debounce", "0ms", "--", *shell],
            "nodemon": ["nodemon", "-q", "-e", "py", "--watch", ".", "--exec", self.line],
        }[self.tool]

    def start(self, wait=True):
        begin = time.perf_counter()
        self.child = subprocess.Popen(
            self.arguments(), cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        if wait:
            self.wait()
        return time.perf_counter() - begin

    def wait(self, patience=20):
        """Waits for the command's next line."""
        import select

        readable, _, _ = select.select([self.pipe], [], [], patience)
        return os.read(self.pipe, 65536).decode() if readable else None

    def quiet(self, patience=0.7):
        """All lines until none comes any more."""
        lines = ""
        while (line := self.wait(patience)) is not None:
            lines += line
        return lines.split("\n")[:-1]

    def save(self, number):
        path = self.path(f"d{number % 100}/f{number % 97}.py")
        text = f"{number}\n" * 300
        begin = time.perf_counter()
        with open(path, "w") as out:
            out.write(text)
        if self.wait() is None:
            return None
        return (time.perf_counter() - begin) * 1000

    def process(self, name):
        with open(f"/proc/{self.child.pid}/status") as status:
            found = [line for line in status if line.startswith(name)]
        return int(found[0].split()[1])

    def watches(self):
        count = 0
        for entry in os.listdir(f"/proc/{self.child.pid}/fdinfo"):
            with open(f"/proc/{self.child.pid}/fdinfo/{entry}") as info:
                count += sum(line.startswith("inotify") for line in info)
        return count

    def cpu(self):
        with open(f"/proc/{self.child.pid}/stat") as stat:
            fields = stat.read().rsplit(") ", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def stop(self):
        os.killpg(self.child.pid, signal.SIGTERM)
        self.child.wait()

    def end(self, stopped=False):
        if not stopped:
            self.stop()
        os.close(self.pipe)
        os.unlink(self.pipe_path)
        shutil.rmtree(self.folder, ignore_errors=True)


def tools():
    names = ["wharf"]
    if os.environ.get("ALONE"):
        return names
    if shutil.which("watchexec"):
        names += ["watchexec", "watchexec 0ms"]
    if shutil.which("nodemon"):
        names.append("nodemon")
    return names


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def latencies():
    print("tool            ready  save median   p95  missed  resident  watches  idle CPU")
    for tool in tools():
        watched = Watched(tool)
        ready = watched.start()
        watched.quiet()
        resident = watched.process("VmRSS") / 1024
        took = []
        for number in range(RUNS):
            took.append(watched.save(number))
            watched.quiet(0.15)
        seen = [one for one in took if one is not None] or [float("nan")]
        before = watched.cpu()
        time.sleep(3)
        idle = watched.cpu() - before
        print(
            f"{tool:<14} {ready * 1000:5.0f} ms  {statistics.median(seen):7.1f} ms "
            f"{percentile(seen, 0.95):5.1f}  {took.count(None):6}  {resident:5.1f} MB  "
            f"{watched.watches():7}  {idle} ticks in 3 s"
        )
        watched.end()


def ignored():
    print("ready and watches, without and with 100,000 ignored files beside")
    for tool in tools():
        told = []
        for ignored in (0, 100_000):
            watched = Watched(tool, ignored=ignored)
            took = []
            for _ in range(11):
                took.append(watched.start() * 1000)
                watched.quiet(0.3)
                watches = watched.watches()
                watched.stop()
            watched.start()
            watched.end()
            # The first finds nothing of the tree in memory.
            told.append(f"{statistics.median(took[1:]):5.1f} ms, {watches} watches")
        print(f"{tool:<14} " + "; ".join(told))


def checkouts():
    print("a checkout of 1,000 files: starts, and whether the last saw the final state")
    for nap in ("", "sleep 0.5; "):
        for tool in tools():
            watched = Watched(tool, command=f"{nap}cat state")
            watched.git("checkout", "-q", "-b", "other")
            for number in range(1_000):
                watched.write(f"d{number % 100}/f{number // 100}.py", "other\n")
            watched.write("state", "1")
            watched.git("commit", "-q", "-a", "-m", "Other")
            watched.start()
            watched.quiet(1.2)
            starts, fresh, trials = [], 0, int(os.environ.get("TRIALS", "10"))
            for trial in range(trials):
                branch, state = [("main", "0"), ("other", "1")][trial % 2]
                watched.git("checkout", "-q", branch)
                lines = watched.quiet(1.5)
                starts.append(len(lines))
                fresh += bool(lines) and lines[-1] == state
            name = "0.5 s" if nap else "instant"
            counts = ", ".join(f"{starts.count(n)} × {n}" for n in sorted(set(starts)))
            print(f"{tool:<14} {name:<8} runs that ended: {counts}; fresh {fresh} of {trials}")
            watched.end()


def orphans(tool, trials):
    """Runs that were stopped, and left something of theirs behind."""
    left = f"sleep 86{os.getpid()}"
    watched = Watched(tool, files=100, command=f"{left} >&2 & echo; {left}")
    watched.start(wait=False)
    for trial in range(trials):
        time.sleep(0.1)
        watched.write("state", str(trial))
    time.sleep(0.5)
    watched.stop()
    time.sleep(1.5)
    listed = subprocess.run(["pgrep", "-fx", left], capture_output=True, text=True).stdout
    for process in listed.split():
        os.kill(int(process), signal.SIGKILL)
    watched.end(stopped=True)
    return len(listed.split())


def lost(tool, trials):
    """Edits during a run that no run saw in the end."""
    watched = Watched(tool, files=100, command="cat state; sleep 0.2")
    watched.start()
    count = 0
    for trial in range(trials):
        watched.write("state", f"{trial} begin")
        time.sleep(0.05)
        watched.write("state", f"{trial} end")
        lines = watched.quiet(1)
        count += not lines or lines[-1] != f"{trial} end"
    watched.end()
    return count


def folders(tool, trials):
    """Files in folders made just before that started nothing."""
    watched = Watched(tool, files=100)
    watched.start()
    count = 0
    for trial in range(trials):
        watched.quiet(0.15)
        os.makedirs(watched.path(f"new{trial}/deep"))
        watched.write(f"new{trial}/deep/a.py", "1")
        count += not watched.quiet(0.4)
        watched.write(f"new{trial}/deep/a.py", "2")
        count += watched.wait(2) is None
    watched.end()
    return count


def loops(tool, trials):
    """Commands that write what starts them, and are started again all the time."""
    count = 0
    for _ in range(trials):
        watched = Watched(tool, files=100, command="date +%s%N | tee made")
        watched.start()
        time.sleep(4)
        watched.quiet(0.01)
        count += watched.wait(1) is not None
        watched.end()
    return count


def trials():
    count = int(os.environ.get("TRIALS", "10"))
    print(f"of {count} trials: orphans, lost edits, files in new folders missed, loops")
    for tool in tools():
        told = [str(part(tool, count)) for part in (orphans, lost, folders, loops)]
        print(f"{tool:<14} " + ", ".join(told))


parts = {
    "latencies": latencies,
    "ignored": ignored,
    "checkouts": checkouts,
    "trials": trials,
}
for part in sys.argv[3:] or parts:
    parts[part]()
