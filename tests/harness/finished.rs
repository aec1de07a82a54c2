use std::path::PathBuf;
use std::process::ExitStatus;
use std::thread;

use super::normal;

/// A program that ended, with all it said. What no method looks at must be empty and the exit
/// code 0, or the test fails when this is dropped.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(super) base: PathBuf,
    pub(super) status: ExitStatus,
    pub(super) stdout: Unseen,
    pub(super) stderr: Unseen,
    pub(super) exit_seen: bool,
}

/// A stream, and whether a test looked at it.
#[derive(Debug)]
pub(super) struct Unseen {
    text: String,
    seen: bool,
}

impl Unseen {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        assert!(!text.contains("(os error "), "Rust's own words in\n{text}");
        Self { text, seen: false }
    }

    fn look(&mut self) -> String {
        self.seen = true;
        self.text.clone()
    }
}

impl Finished {
    /// Exit code and both streams, normalised, for a snapshot. Streams without a byte are left out.
    pub(crate) fn all(mut self) -> String {
        self.exit_seen = true;
        let mut all = format!("exit: {}\n", self.code());
        for (name, stream) in [("stdout", &mut self.stdout), ("stderr", &mut self.stderr)] {
            let text = stream.look();
            if !text.is_empty() {
                all.push_str("── ");
                all.push_str(name);
                all.push('\n');
                all.push_str(&normal::text(&text, &self.base));
            }
        }
        all
    }

    /// The exit code and the error as it is told, normalised, without the place in the script.
    pub(crate) fn failure(self) -> String {
        let all = self.all();
        let code = all.lines().next().unwrap_or_default();
        let at = all.find("\nerror: ").map_or(all.len(), |at| at + 1);
        let is_place = |line: &&str| {
            let (number, rest) = line.split_once('|').unwrap_or((line, "no place"));
            let shown = number.trim().parse::<usize>().is_ok() || number.trim().is_empty();
            let marked = rest.trim().trim_matches('^').is_empty();
            line.trim().starts_with("-->") || shown && (marked || !number.trim().is_empty())
        };
        let told = all[at..].lines().filter(|line| !is_place(line));
        let told: Vec<_> = told.collect();
        format!("{code}\n{}\n", told.join("\n"))
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exit(mut self, code: i32) -> Self {
        self.exit_seen = true;
        assert_eq!(self.code(), code, "exit code\n{}", self.raw());
        self
    }

    /// Asserts standard output, normalised.
    #[track_caller]
    pub(crate) fn stdout(mut self, expected: &str) -> Self {
        let text = normal::text(&self.stdout.look(), &self.base);
        assert_eq!(text, expected, "standard output\n{}", self.raw());
        self
    }

    /// Asserts standard error, normalised.
    #[track_caller]
    pub(crate) fn stderr(mut self, expected: &str) -> Self {
        let text = normal::text(&self.stderr.look(), &self.base);
        assert_eq!(text, expected, "standard error\n{}", self.raw());
        self
    }

    /// Both streams as they came, exit code not judged: for tests that look for one thing in much.
    pub(crate) fn streams(mut self) -> (i32, String, String) {
        self.exit_seen = true;
        (self.code(), self.stdout.look(), self.stderr.look())
    }

    /// As a shell tells it: 128 + n for signal n.
    fn code(&self) -> i32 {
        use std::os::unix::process::ExitStatusExt;

        let signalled = || 128 + self.status.signal().unwrap_or(0);
        self.status.code().unwrap_or_else(signalled)
    }

    fn raw(&self) -> String {
        format!(
            "exit: {}\n── stdout\n{}── stderr\n{}",
            self.code(),
            self.stdout.text,
            self.stderr.text
        )
    }
}

impl Drop for Finished {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        for (name, stream) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let expected = stream.seen || stream.text.is_empty();
            assert!(expected, "unexpected {name}\n{}", self.raw());
        }
        let expected = self.exit_seen || self.code() == 0;
        assert!(expected, "unexpected exit code\n{}", self.raw());
    }
}
