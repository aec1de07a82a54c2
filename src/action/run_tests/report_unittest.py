"""Runs unittest, or a Django project's manage.py, and writes what came of each test as a line of
JSON: neither has a machine format. Their own output stays as it is."""

import inspect
import json
import os
import runpy
import sys
import time
import traceback
import unittest

LONGEST = 4000


class Recorder:
    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8", errors="backslashreplace")
        self.here = os.getcwd()
        self.began = {}

    def write(self, **line):
        print(json.dumps(line), file=self.file, flush=True)

    def attach(self, result):
        """Lets every result of this class tell us first; Django's and most others are such."""
        self.follow(result, "startTest", self.start)
        self.follow(result, "addSuccess", lambda test: self.told(test, "passed"))
        self.follow(result, "addFailure", lambda test, err: self.told(test, "failed", err))
        self.follow(result, "addError", lambda test, err: self.told(test, "error", err))
        self.follow(result, "addSkip", lambda test, why: self.told(test, "skipped", text=why))
        self.follow(
            result,
            "addExpectedFailure",
            lambda test, err: self.told(test, "skipped", text="expected to fail"),
        )
        self.follow(
            result,
            "addUnexpectedSuccess",
            lambda test: self.told(test, "failed", text="passed, though it is expected to fail"),
        )
        self.follow(result, "addSubTest", self.subtest)

    @staticmethod
    def follow(result, name, tell):
        theirs = getattr(result, name)

        def both(self, *arguments, **named):
            try:
                tell(*arguments, **named)
            except Exception:  # What we cannot tell must not change what is tested.
                traceback.print_exc()
            return theirs(self, *arguments, **named)

        setattr(result, name, both)

    def start(self, test):
        self.began[test.id()] = time.monotonic()
        self.write(started=test.id())

    def subtest(self, test, subtest, err):
        if err is None:
            return
        which = subtest.id().replace(test.id(), "", 1).strip()
        self.told(test, "failed", err, prefix=which + " ")

    def told(self, test, outcome, err=None, text=None, prefix=""):
        name = test.id()
        seconds = time.monotonic() - self.began[name] if name in self.began else None
        file, line = place_of(test, self.here)
        again = True
        if err is not None:
            text = last_of(err)
            file, line = self.where(err, file, line)
        if outcome == "error" and hasattr(test, "_testMethodName"):
            # As pytest has it: an error is what kept a test from being run.
            outcome = "failed"
        if name.startswith("unittest.loader._FailedTest."):
            # A module or a name that could not be loaded; there is no such test to run again.
            outcome, again, name = "error", False, name[len("unittest.loader._FailedTest."):]
            told = [part for part in str(err[1]).splitlines() if part.strip()]
            text = told[-1] if told else text
            file, line = last_file_in(told, self.here)
        elif not hasattr(test, "_testMethodName"):
            # `setUpClass (app.tests.RentTest)` stands for all of a class or module.
            name = name.partition("(")[2].rstrip(")") or name
        self.write(
            name=name,
            file=file,
            line=line,
            outcome=outcome,
            message=(prefix + (text or ""))[:LONGEST] or None,
            seconds=seconds,
            again=again,
        )

    def where(self, err, file, line):
        for frame, number in traceback.walk_tb(err[2]):
            name = frame.f_code.co_filename
            if own(name, self.here):
                file, line = os.path.relpath(name, self.here), number
        return file, line


def own(file, here):
    inside = os.path.abspath(file).startswith(here + os.sep)
    return inside and "site-packages" not in file


def last_of(err):
    text = str(err[1]).strip()
    return "%s: %s" % (err[0].__name__, text) if text else err[0].__name__


def place_of(test, here):
    method = getattr(type(test), getattr(test, "_testMethodName", ""), None)
    try:
        method = inspect.unwrap(method)
        file, line = method.__code__.co_filename, method.__code__.co_firstlineno
    except (AttributeError, TypeError, ValueError):
        return None, None
    return (os.path.relpath(file, here), line) if own(file, here) else (None, None)


def last_file_in(lines, here):
    for line in reversed(lines):
        head, mark, rest = line.partition('File "')
        file, _, number = rest.partition('", line ')
        number = number.partition(",")[0].strip()
        if mark and own(file, here) and number.isdigit():
            return os.path.relpath(file, here), int(number)
    return None, None


if __name__ == "__main__":
    recorder = Recorder(sys.argv[1])
    recorder.attach(unittest.TextTestResult)
    sys.argv = sys.argv[2:]
    sys.path[0] = os.getcwd()
    try:
        if sys.argv[0].endswith(".py"):
            sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
            runpy.run_path(sys.argv[0], run_name="__main__")
        else:
            unittest.main(module=None, argv=sys.argv)
    except SystemExit as end:
        code = int(end.code) if isinstance(end.code, int) else int(end.code is not None)
        recorder.write(ended=code)
        raise
    recorder.write(ended=0)
