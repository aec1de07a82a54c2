//! Tells a pipeline that starts itself from a person who saves often.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What changed during a run and would start another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Round {
    /// The stage that ran.
    pub(super) stage: Arc<str>,
    pub(super) paths: BTreeSet<PathBuf>,
    /// From the start of the stage to the change.
    pub(super) offset: Duration,
}

/// Rounds in a row, and the files that stages were found to write each time.
#[derive(Clone, Debug, Default)]
pub(super) struct Loops {
    rounds: Vec<Round>,
    /// How often the rounds looked like a loop.
    suspicions: usize,
    own: BTreeSet<(Arc<str>, PathBuf)>,
}

/// What rounds tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It looks like a loop: the next run waits this long. What changes meanwhile is somebody
    /// else's doing.
    Suspect(Duration),
    /// These files change whenever the stage runs, and only then: from now on they are its own.
    Found(BTreeSet<PathBuf>),
}

/// How long runs wait that would confirm a suspicion.
const WAITS: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(1)];

/// Nobody saves this soon after a stage began, again and again.
const SOON: Duration = Duration::from_millis(400);
/// How many rounds make a loop: when each comes this soon; when each comes after nearly the same
/// time; and whenever they come.
const ROUNDS: (usize, usize, usize) = (3, 6, 30);
/// Rounds without an end are forgotten but for the last.
const KEPT: usize = ROUNDS.2;

impl Loops {
    /// Another round.
    pub(super) fn note(&mut self, round: Round) -> Option<Verdict> {
        self.rounds.push(round);
        let extra = self.rounds.len().saturating_sub(KEPT);
        self.rounds.drain(..extra);
        let (soon, steady, any) = ROUNDS;
        let found = self
            .in_all_of_the_last(soon, |offsets| offsets.iter().all(|offset| *offset < SOON))
            .or_else(|| self.in_all_of_the_last(steady, are_alike))
            .or_else(|| self.in_all_of_the_last(any, |_| true))?;
        if let Some(wait) = WAITS.get(self.suspicions) {
            self.suspicions += 1;
            return Some(Verdict::Suspect(*wait));
        }
        let stage = self.rounds.last()?.stage.clone();
        for path in &found {
            self.own.insert((stage.clone(), path.clone()));
        }
        self.break_off();
        Some(Verdict::Found(found))
    }

    /// A run went by without such a change, or a file changed while none went on.
    pub(super) fn break_off(&mut self) {
        self.rounds.clear();
        self.suspicions = 0;
    }

    /// Whether `stage` was found to write this file itself.
    pub(super) fn is_own(&self, stage: &str, path: &Path) -> bool {
        self.own
            .iter()
            .any(|(known, own)| **known == *stage && own == path)
    }

    /// The files that the last rounds share, if there are so many and their times are `fitting`.
    fn in_all_of_the_last(
        &self,
        count: usize,
        fitting: impl Fn(&[Duration]) -> bool,
    ) -> Option<BTreeSet<PathBuf>> {
        let start = self.rounds.len().checked_sub(count)?;
        let (first, others) = self.rounds[start..].split_first()?;
        let mut paths = first.paths.clone();
        for other in others {
            if other.stage != first.stage {
                return None;
            }
            paths.retain(|path| other.paths.contains(path));
        }
        let offsets: Vec<_> = self.rounds[start..].iter().map(|one| one.offset).collect();
        (!paths.is_empty() && fitting(&offsets)).then_some(paths)
    }
}

/// Within a twentieth, as no hand is.
fn are_alike(offsets: &[Duration]) -> bool {
    let (least, most) = (offsets.iter().min(), offsets.iter().max());
    match (least, most) {
        (Some(least), Some(most)) => most.saturating_sub(*least) <= *least / 20,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(stage: &str, paths: &[&str], offset: u64) -> Round {
        Round {
            stage: stage.into(),
            paths: paths.iter().map(PathBuf::from).collect(),
            offset: Duration::from_millis(offset),
        }
    }

    #[test]
    fn a_stage_that_writes_what_starts_it_is_found_when_it_does_so_after_a_pause_too() {
        let mut loops = Loops::default();
        assert_eq!(loops.note(round("gen", &["a", "b"], 20)), None);
        assert_eq!(loops.note(round("gen", &["a"], 300)), None);
        for wait in WAITS {
            let verdict = loops.note(round("gen", &["a", "c"], 25));
            assert_eq!(verdict, Some(Verdict::Suspect(wait)));
        }
        let verdict = loops.note(round("gen", &["a", "d"], 25));
        let found = [PathBuf::from("a")].into();
        assert_eq!(verdict, Some(Verdict::Found(found)));
        assert!(loops.is_own("gen", Path::new("a")));
        assert!(!loops.is_own("gen", Path::new("d")));
        assert!(!loops.is_own("test", Path::new("a")));
    }

    #[test]
    fn a_person_who_saves_during_runs_is_no_loop() {
        let mut loops = Loops::default();
        for offset in [900, 2_300, 1_400, 600, 3_000, 1_800, 700, 2_500] {
            assert_eq!(loops.note(round("test", &["a.py"], offset)), None);
        }
        let mut loops = Loops::default();
        for path in ["a", "b", "c", "d", "e", "f"] {
            assert_eq!(loops.note(round("test", &[path], 10)), None);
        }
    }

    #[test]
    fn a_late_write_is_found_by_its_steady_time() {
        let mut loops = Loops::default();
        for offset in [5_010, 5_090, 5_000, 5_040, 5_120] {
            assert_eq!(loops.note(round("test", &["report.xml"], offset)), None);
        }
        let verdict = loops.note(round("test", &["report.xml"], 5_060));
        assert_eq!(verdict, Some(Verdict::Suspect(WAITS[0])));
    }

    #[test]
    fn a_run_without_a_change_breaks_the_chain() {
        let mut loops = Loops::default();
        for _ in 0..10 {
            assert_eq!(loops.note(round("gen", &["a"], 20)), None);
            assert_eq!(loops.note(round("gen", &["a"], 20)), None);
            loops.break_off();
        }
    }
}
