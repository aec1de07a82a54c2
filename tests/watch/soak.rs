//! Some hundred random edits of every kind. `tests/bench/soak.sh` makes many more.

use std::fmt::Write;
use std::fs;
use std::time::{Duration, Instant};

use super::watch;
use crate::harness::{Project, Running};

/// Stages that tell what all files held when they ran, and one that tells what another found: be it
/// in this run, or in an earlier one that found the same files.
const SCRIPT: &str = r#"let command = "find tree -type f | sort | xargs cat 2> /dev/null | md5sum";
stage("all", || sh(`${command} | sed 's/^/all /'`));
stage("inputs", #{ inputs: "tree/**" }, || sh(command).stdout);
stage("told", #{ needs: "inputs" }, |found| print(`inputs ${found}`));"#;

/// Numbers as chance gives them, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).expect("a small number")).expect("a small one")
    }
}

#[test]
fn after_each_quiet_point_the_last_run_saw_what_is_there() {
    let (rounds, edits) = (number("WHARF_SOAK", 30), 20);
    let project = Project::new().script(SCRIPT);
    for number in 0..100 {
        project.write(&format!("tree/{}/{number}", number % 10), "begin\n");
    }
    let project = project.git();
    project.tool("git", ["branch", "other"]);
    let running = watch(&project, &[]);
    let mut chance = Chance(number("WHARF_SOAK_SEED", 0x5eed));
    let mut seen = Seen::default();
    let mut before = None;
    for round in 1..=rounds {
        let begin = Instant::now();
        let mut made = String::new();
        for _ in 0..=chance.below(edits) {
            let edit = edit(&project, &mut chance, round);
            writeln!(made, "{round}, {:.1?}: {edit}", begin.elapsed()).expect("a string");
        }
        seen.wait_for_truth(&project, &running, &made);
        let first = *before.get_or_insert_with(|| Held::by(&running));
        wait_for_no_more_than(&first, &running);
    }
    running.signal(rustix::process::Signal::INT);
    let _ = running.finish().streams();
    project.wait_for_survivors(&[]);
}

fn number(variable: &str, otherwise: u64) -> u64 {
    let told = std::env::var(variable).ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(otherwise)
}

/// Makes one, and tells which.
fn edit(project: &Project, chance: &mut Chance, round: u64) -> String {
    let folder = format!("tree/{}", chance.below(12));
    let file = format!("{folder}/{}", chance.below(20));
    let other = format!("tree/{}", chance.below(12));
    let path = |name: &str| project.path(name);
    // What is in the way stays.
    let rename = |from: &str, to: &str| match fs::rename(path(from), path(to)) {
        Ok(()) => format!("{from} became {to}"),
        Err(_) => format!("{from} did not become {to}"),
    };
    match chance.below(12) {
        0..=4 => {
            project.write(&file, format!("{round} {}\n", chance.below(1_000)));
            format!("{file} written")
        }
        5 => {
            let gone = fs::remove_file(path(&file)).is_ok();
            format!("{file} removed: {gone}")
        }
        6 => {
            project.write(&format!("{other}/new"), round.to_string());
            rename(&format!("{other}/new"), &file)
        }
        7 => rename(&folder, &other),
        8 => rename(&folder, &format!("{other}/within")),
        9 => {
            let within = format!("{folder}/within");
            let gone = fs::remove_dir_all(path(&within)).is_ok();
            format!("{within} removed: {gone}")
        }
        10 => {
            let branch = ["main", "other"][chance.below(2)];
            project.tool("git", ["stash", "-q", "-u"]);
            project.tool("git", ["checkout", "-q", branch]);
            format!("{branch} checked out")
        }
        _ => {
            project.tool("git", ["add", "-A", "tree"]);
            project.tool("git", ["commit", "-q", "--allow-empty", "-m", "More"]);
            let rebase = "git rebase -q main > /dev/null 2>&1 || git rebase --abort";
            project.tool("sh", ["-c", rebase]);
            "committed and rebased".to_owned()
        }
    }
}

/// What the stages told, as far as it was read.
#[derive(Default)]
struct Seen {
    end: usize,
    all: String,
    inputs: String,
}

impl Seen {
    /// Waits until the last line of each name is what the files hold after the edits `made`.
    #[track_caller]
    fn wait_for_truth(&mut self, project: &Project, running: &Running, made: &str) {
        let command = "mkdir -p tree; find tree -type f | sort | xargs cat 2> /dev/null | md5sum";
        let truth = project.tool("sh", ["-c", command]);
        let truth = truth.trim_end();
        let begin = Instant::now();
        loop {
            self.read(running);
            if [&self.all, &self.inputs] == [truth, truth] {
                return;
            }
            assert!(
                begin.elapsed() < crate::harness::PATIENCE,
                "{truth} was not seen, but {} and {}, after\n{made}{}\n{}\n{}",
                self.all,
                self.inputs,
                tail(&running.stdout_from(0)),
                tail(&running.stderr_so_far()),
                state(running),
            );
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    /// Reads the lines that came since it last did.
    fn read(&mut self, running: &Running) {
        let said = running.stdout_from(self.end);
        let whole = said.rfind('\n').map_or(0, |end| end + 1);
        self.end += whole;
        for line in said[..whole].lines() {
            for (name, last) in [("all ", &mut self.all), ("inputs ", &mut self.inputs)] {
                if let Some(told) = line.strip_prefix(name) {
                    told.clone_into(last);
                }
            }
        }
    }
}

/// The last lines.
fn tail(said: &str) -> String {
    let lines: Vec<_> = said.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// What each thread of a process waits for.
fn state(running: &Running) -> String {
    let threads = fs::read_dir(format!("/proc/{}/task", running.id()));
    let threads = threads.into_iter().flatten().filter_map(Result::ok);
    let told = threads.map(|thread| {
        let read = |name: &str| fs::read_to_string(thread.path().join(name)).unwrap_or_default();
        format!("{} in {}\n", read("comm").trim_end(), read("wchan"))
    });
    told.collect()
}

/// What a process holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    descriptors: usize,
    watches: usize,
    /// In kilobytes.
    memory: usize,
}

impl Held {
    fn by(running: &Running) -> Self {
        let folder = format!("/proc/{}", running.id());
        let read = |path: &str| fs::read_to_string(format!("{folder}/{path}")).unwrap_or_default();
        let entries = fs::read_dir(format!("{folder}/fd")).expect("a process");
        let entries: Vec<_> = entries.filter_map(Result::ok).collect();
        let names = entries.iter().map(fs::DirEntry::file_name);
        let watches = names.map(|name| {
            let told = read(&format!("fdinfo/{}", name.display()));
            told.matches("inotify wd:").count()
        });
        let status = read("status");
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory = memory.and_then(|memory| memory.trim().strip_suffix(" kB"));
        Self {
            descriptors: entries.len(),
            watches: watches.sum(),
            memory: memory.and_then(|memory| memory.parse().ok()).unwrap_or(0),
        }
    }

    fn is_at_most(self, first: &Self) -> bool {
        // Every run opens and closes some.
        self.descriptors <= first.descriptors + 8
            // The tree has some twenty folders at most, one within the other.
            && self.watches <= first.watches + 60
            && self.memory <= first.memory * 2
    }
}

/// Waits until what a run opened is closed again.
#[track_caller]
fn wait_for_no_more_than(first: &Held, running: &Running) {
    let begin = Instant::now();
    loop {
        let now = Held::by(running);
        if now.is_at_most(first) {
            return;
        }
        let patient = begin.elapsed() < crate::harness::PATIENCE;
        assert!(patient, "{now:?}, at first {first:?}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}
