//! A simulated person, git, tree and pipeline on virtual time: whatever they do, the last run of
//! each stage saw what its inputs are in the end.

use proptest::prelude::*;

use super::*;

/// What happens, and how long after what happened before.
#[derive(Clone, Debug)]
struct Step {
    after: u64,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    /// A file gets new content.
    Save(usize),
    /// A file is written as it was.
    Same(usize),
    /// Git takes its lock, or gives it back.
    Git,
    Pause,
    Again,
}

const FILES: [&str; 4] = ["a.py", "setup.cfg", "Dockerfile", "notes.md"];

/// What each stage looks at.
const LOOKS: [(&str, &[usize]); 4] = [
    ("test", &[0]),
    ("lint", &[0, 1]),
    ("image", &[2]),
    ("any", &[0, 1, 2, 3]),
];

fn step() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        8 => (0..FILES.len()).prop_map(What::Save),
        2 => (0..FILES.len()).prop_map(What::Same),
        3 => Just(What::Git),
        1 => Just(What::Pause),
        1 => Just(What::Again),
    ];
    let after = prop_oneof![0_u64..4, 0_u64..60, 100_u64..2_000];
    (after, what).prop_map(|(after, what)| Step { after, what })
}

fn on_busy() -> impl Strategy<Value = OnBusy> {
    prop_oneof![
        Just(OnBusy::Restart),
        Just(OnBusy::Wait),
        Just(OnBusy::Queue)
    ]
}

struct World {
    now: u64,
    watcher: Watcher,
    files: [u32; FILES.len()],
    known: [u32; FILES.len()],
    touched: BTreeMap<usize, [BTreeSet<Arc<str>>; 2]>,
    git: bool,
    /// The stages of the run that have not ended, and how long each takes; the first one runs. One
    /// that keeps what it came to before takes no time.
    run: Option<Vec<(Arc<str>, Option<u64>)>>,
    /// When it ends.
    ends: u64,
    draining: bool,
    /// What each stage read when it last passed.
    saw: BTreeMap<Arc<str>, Vec<u32>>,
    reading: Vec<u32>,
    starts: usize,
}

impl World {
    fn new(on_busy: OnBusy, jobs: usize) -> Self {
        let list = vec![
            stage("any", &[], &[]),
            stage("test", &[], &["*.py"]),
            stage("lint", &[], &["*.py", "setup.cfg"]),
            stage("image", &["test", "lint"], &["Dockerfile"]),
        ];
        let saw = LOOKS.map(|(name, looks)| (name.into(), vec![0; looks.len()]));
        Self {
            now: 10,
            watcher: Watcher {
                jobs,
                ..quiet(on_busy, stages(list))
            },
            files: [0; FILES.len()],
            known: [0; FILES.len()],
            touched: BTreeMap::new(),
            git: false,
            run: None,
            ends: 0,
            draining: false,
            saw: saw.into(),
            reading: Vec::new(),
            starts: 0,
        }
    }

    fn time(&self) -> Duration {
        ms(self.now)
    }

    /// Lets the world go on until `end`.
    fn go_on(&mut self, end: u64) {
        loop {
            self.decide();
            let ends = self.run.is_some().then_some(self.ends);
            let deadline = self.watcher.deadline(false);
            let whole = |at: Duration| u64::try_from(at.as_micros().div_ceil(1_000));
            let deadline = deadline.map(|at| whole(at).expect("a short test"));
            match [ends, deadline].into_iter().flatten().min() {
                Some(next) if next <= end => {
                    self.now = self.now.max(next);
                    if self.run.is_some() && self.ends <= self.now {
                        self.end_stage();
                    }
                }
                _ => break,
            }
        }
        self.now = self.now.max(end);
    }

    fn decide(&mut self) {
        while let Some(next) = self.watcher.next(self.time(), false) {
            match next {
                Next::Examine => self.examine(),
                Next::Start(start) => {
                    assert!(self.run.is_none(), "two runs at once");
                    assert!(!self.git || start.force, "started while git is busy");
                    self.starts += 1;
                    let settled = start.settled.clone();
                    let due = started(&mut self.watcher, start);
                    let took = |name: &str| 5 + u64::try_from(name.len()).expect("a name") * 40;
                    let run = self.watcher.stages().names().filter_map(|name| {
                        let is_settled = settled.contains(name);
                        let is_due = due.contains(&name.to_string());
                        let took = (!is_settled).then(|| took(name));
                        (is_settled || is_due).then(|| (name.clone(), took))
                    });
                    self.run = Some(run.collect());
                    self.draining = false;
                    self.start_stage();
                }
                Next::Stop => self.end_run(),
                Next::Drain => self.draining = true,
                Next::Queue => {}
            }
        }
    }

    fn examine(&mut self) {
        let mut changes = Vec::new();
        for (file, [during, before]) in std::mem::take(&mut self.touched) {
            if self.files[file] != self.known[file] {
                self.known[file] = self.files[file];
                changes.push(Change {
                    during,
                    before,
                    ..change(FILES[file], &[])
                });
            }
        }
        self.watcher.examined(self.time(), &changes);
    }

    fn start_stage(&mut self) {
        let first = self.run.as_ref().and_then(|run| run.first().cloned());
        match first {
            Some((name, None)) if !self.draining => {
                self.run.as_mut().map(|run| run.remove(0));
                self.watcher.stage_ended(&name, Ended::Passed);
                self.start_stage();
            }
            Some((name, Some(took))) if !self.draining => {
                self.ends = self.now + took;
                self.reading = self.look(&name);
                self.watcher.stage_started(self.time(), &name);
            }
            _ => self.end_run(),
        }
    }

    fn end_stage(&mut self) {
        if let Some(run) = &mut self.run {
            let (name, _) = run.remove(0);
            let read = std::mem::take(&mut self.reading);
            self.saw.insert(name.clone(), read);
            self.watcher.stage_ended(&name, Ended::Passed);
            self.start_stage();
        }
    }

    fn end_run(&mut self) {
        self.run = None;
        self.watcher.run_ended();
    }

    fn look(&self, stage: &str) -> Vec<u32> {
        let known = LOOKS.iter().find(|(name, _)| *name == stage);
        let (_, looks) = known.expect("a stage");
        looks.iter().map(|file| self.files[*file]).collect()
    }

    fn step(&mut self, step: &Step) {
        self.go_on(self.now + step.after);
        match step.what {
            What::Save(file) => {
                self.files[file] += 1;
                self.touch(file);
            }
            What::Same(file) => self.touch(file),
            What::Git => self.set_git(!self.git),
            What::Pause => self.watcher.set_paused(!self.watcher.is_paused()),
            What::Again => self.watcher.again(),
        }
        self.decide();
    }

    fn touch(&mut self, file: usize) {
        let [during, before] = self.touched.entry(file).or_default();
        during.extend(self.watcher.running());
        *before = self.watcher.waiting();
        self.watcher.touch(self.time());
    }

    fn set_git(&mut self, busy: bool) {
        self.git = busy;
        let activity = Activity::now(|name| busy && name == LOCK);
        self.watcher.set_activity(self.time(), activity);
    }
}

proptest! {
    #[test]
    fn the_last_run_of_each_stage_saw_what_is_there_in_the_end(
        on_busy in on_busy(),
        jobs in 1_usize..3,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut world = World::new(on_busy, jobs);
        for step in &steps {
            world.step(step);
        }
        world.set_git(false);
        world.watcher.set_paused(false);
        world.go_on(world.now + 100_000);
        prop_assert!(!world.watcher.is_running());
        for (stage, _) in LOOKS {
            prop_assert_eq!(&world.saw[stage], &world.look(stage), "{} is stale", stage);
        }
    }

    #[test]
    fn what_git_does_is_one_run(
        saves in prop::collection::vec((0_u64..3, 0..FILES.len()), 1..200),
    ) {
        let mut world = World::new(OnBusy::Restart, 8);
        world.set_git(true);
        for (after, file) in &saves {
            world.step(&Step { after: *after, what: What::Save(*file) });
        }
        world.set_git(false);
        world.go_on(world.now + 100_000);
        prop_assert_eq!(world.starts, 1);
    }
}
