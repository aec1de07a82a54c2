//! Some hundred random edits of every kind. `tests/bench/soak.sh` makes many more.

use std::fs;

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
    let (rounds, edits) = rounds();
    let project = Project::new().script(SCRIPT);
    for number in 0..100 {
        project.write(&format!("tree/{}/{number}", number % 10), "begin\n");
    }
    let project = project.git();
    project.tool("git", ["branch", "other"]);
    let running = watch(&project, &[]);
    let mut chance = Chance(0x5eed);
    let mut before = None;
    for round in 0..rounds {
        for _ in 0..=chance.below(edits) {
            edit(&project, &mut chance, round);
        }
        wait_for_truth(&project, &running);
        let first = *before.get_or_insert_with(|| Held::by(&running));
        wait_for_no_more_than(&first, &running);
    }
    running.signal(rustix::process::Signal::INT);
    let _ = running.finish().streams();
    project.wait_for_survivors(&[]);
}

/// How many quiet points, and how many edits at most before each.
fn rounds() -> (usize, usize) {
    let told = std::env::var("WHARF_SOAK").ok();
    let rounds = told.and_then(|told| told.parse().ok());
    (rounds.unwrap_or(30), 20)
}

fn edit(project: &Project, chance: &mut Chance, round: usize) {
    let folder = format!("tree/{}", chance.below(12));
    let file = format!("{folder}/{}", chance.below(20));
    let other = format!("tree/{}", chance.below(12));
    let path = |name: &str| project.path(name);
    match chance.below(12) {
        0..=4 => project.write(&file, format!("{round} {}\n", chance.below(1_000))),
        5 => drop(fs::remove_file(path(&file))),
        6 => {
            project.write(&format!("{other}/new"), round.to_string());
            let _ = fs::rename(path(&format!("{other}/new")), path(&file));
        }
        // What is in the way stays.
        7 => drop(fs::rename(path(&folder), path(&other))),
        8 => drop(fs::rename(path(&folder), path(&format!("{other}/within")))),
        9 => drop(fs::remove_dir_all(path(&format!("{folder}/within")))),
        10 => {
            project.tool("git", ["stash", "-q", "-u"]);
            project.tool(
                "git",
                ["checkout", "-q", ["main", "other"][chance.below(2)]],
            );
        }
        _ => {
            project.tool("git", ["add", "-A", "tree"]);
            project.tool("git", ["commit", "-q", "--allow-empty", "-m", "More"]);
            let rebase = "git rebase -q main > /dev/null 2>&1 || git rebase --abort";
            project.tool("sh", ["-c", rebase]);
        }
    }
}

/// Waits until the last line of each name is what the files hold.
#[track_caller]
fn wait_for_truth(project: &Project, running: &Running) {
    let command = "mkdir -p tree; find tree -type f | sort | xargs cat 2> /dev/null | md5sum";
    let truth = project.tool("sh", ["-c", command]);
    let begin = std::time::Instant::now();
    loop {
        let said = running.stdout_so_far();
        let last = |name| said.lines().rev().find_map(|line| line.strip_prefix(name));
        if ["all ", "inputs "].map(last) == [Some(truth.trim_end()); 2] {
            return;
        }
        let patient = begin.elapsed() < crate::harness::PATIENCE;
        assert!(
            patient,
            "{truth} was not seen:\n{said}\n{}",
            running.stderr_so_far()
        );
        std::thread::park_timeout(std::time::Duration::from_millis(2));
    }
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
    let begin = std::time::Instant::now();
    loop {
        let now = Held::by(running);
        if now.is_at_most(first) {
            return;
        }
        let patient = begin.elapsed() < crate::harness::PATIENCE;
        assert!(patient, "{now:?}, at first {first:?}");
        std::thread::park_timeout(std::time::Duration::from_millis(2));
    }
}
