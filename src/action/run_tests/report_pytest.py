"""Runs pytest as `python -m pytest` does and writes what came of each test as a line of JSON.

JUnit XML, pytest's only machine format, has no test ids, counts subtests wrongly, is lost when
the process dies, and a project may already write one to a file of its own.
"""

import json
import os
import sys

LONGEST = 4000


class Recorder:
    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8", errors="backslashreplace")
        self.here = os.getcwd()
        self.root = self.here

    def write(self, **line):
        print(json.dumps(line), file=self.file, flush=True)

    def pytest_configure(self, config):
        self.root = str(getattr(config, "rootpath", None) or config.rootdir)

    def pytest_runtest_logstart(self, nodeid, location):
        self.write(started=self.own(nodeid))

    def pytest_runtest_logreport(self, report):
        if report.when == "teardown" and report.passed:
            return
        if report.when == "setup" and report.passed:
            return
        if report.outcome not in ("passed", "failed", "skipped"):
            return  # A plugin tries it again.
        subtest = getattr(report, "context", None)
        if subtest is not None and not report.failed:
            return
        outcome, message = report.outcome, None
        if report.failed:
            outcome = "failed" if report.when == "call" else "error"
            message = crash_of(report)
            if subtest is not None:
                message = "%s %s" % (name_of(subtest), message)
        elif hasattr(report, "wasxfail"):
            message = "expected to fail" if report.skipped else None
        elif report.skipped:
            message = reason_of(report)
        file, line, _ = report.location
        file = self.own(file)
        self.write(
            name=self.own(report.nodeid),
            file=file,
            line=self.line_in(file, report) or (line or 0) + 1,
            outcome=outcome,
            message=message,
            seconds=report.duration,
        )

    def pytest_collectreport(self, report):
        if report.passed:
            return
        if report.skipped:
            name = self.own(report.nodeid)
            self.write(name=name, file=name, outcome="skipped", message=reason_of(report))
            return
        text = str(report.longrepr)
        lines = [line for line in text.splitlines() if line.strip()]
        told = [line[1:].strip() for line in lines if line.startswith("E ")]
        name = self.own(report.nodeid)
        self.write(
            name=name,
            file=name,
            line=last_line_in(text, name) or syntax_line_in(text, name),
            outcome="error",
            message=(told or lines or ["it cannot be collected"])[-1][:LONGEST],
        )

    def pytest_keyboard_interrupt(self, excinfo):
        self.write(stopped=str(excinfo.value) or excinfo.type.__name__)

    def pytest_internalerror(self, excrepr):
        self.write(stopped=str(excrepr).strip().splitlines()[-1])

    def pytest_sessionfinish(self, session, exitstatus):
        self.write(ended=int(exitstatus))

    def own(self, nodeid):
        """Node ids start at pytest's root; people and arguments start at this folder."""
        file, mark, test = nodeid.partition("::")
        if file:
            file = os.path.relpath(os.path.join(self.root, file), self.here)
        return file + mark + test

    def line_in(self, file, report):
        """The last line of the traceback that is in the test's own file."""
        wanted = os.path.abspath(file)
        trace = getattr(report.longrepr, "reprtraceback", None)
        for entry in reversed(getattr(trace, "reprentries", [])):
            place = getattr(entry, "reprfileloc", None)
            if place and os.path.abspath(os.path.join(self.here, place.path)) == wanted:
                return place.lineno
        return None


def crash_of(report):
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else str(report.longrepr or report.outcome)
    return text.strip()[:LONGEST]


def reason_of(report):
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].replace("Skipped: ", "", 1)
    return str(report.longrepr)[:LONGEST]


def name_of(subtest):
    parts = ["%s=%s" % pair for pair in dict(subtest.kwargs).items()]
    return "[%s]" % ", ".join(([subtest.msg] if subtest.msg else []) + parts)


def last_line_in(text, file):
    for line in reversed(text.splitlines()):
        head, mark, rest = line.strip().partition(file + ":")
        number = rest.partition(":")[0]
        if mark and number.isdigit():
            return int(number)
    return None


def syntax_line_in(text, file):
    for line in reversed(text.splitlines()):
        if 'File "' in line and os.path.basename(file) in line and ", line " in line:
            number = line.rpartition(", line ")[2].partition(",")[0].strip()
            return int(number) if number.isdigit() else None
    return None


if __name__ == "__main__":
    results = sys.argv[1]
    sys.argv = ["pytest"] + sys.argv[2:]
    sys.path[0] = os.getcwd()
    recorder = Recorder(results)
    try:
        import pytest
    except ModuleNotFoundError as error:
        if error.name != "pytest":
            raise
        recorder.write(missing="pytest")
        sys.exit(1)
    sys.exit(pytest.main(sys.argv[1:], plugins=[recorder]))
