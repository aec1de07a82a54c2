//! What rounds in a row have in common.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Files, Round};

/// Nobody saves this soon after a stage began, again and again.
const SOON: Duration = Duration::from_millis(400);
/// How many rounds make a loop: when each comes this soon; when each comes after nearly the same
/// time; and whenever they come.
const ROUNDS: (usize, usize, usize) = (3, 6, 30);
/// How many rounds with a new file each, whatever its name.
const FRESH: usize = 8;

/// The files that a stage of the last round wrote again and again.
pub(super) fn find(rounds: &[Round]) -> BTreeSet<(Arc<str>, Files)> {
    let Some(last) = rounds.last() else {
        return BTreeSet::new();
    };
    let repeated = last.0.keys().filter(|place| {
        let offsets = rounds.iter().filter_map(|round| round.0.get(place));
        are_suspect(&offsets.map(|write| write.offset).collect::<Vec<_>>())
    });
    let found: BTreeSet<_> = repeated
        .map(|(stage, path)| (stage.clone(), Files::One(path.clone())))
        .collect();
    if !found.is_empty() {
        return found;
    }
    let stages: BTreeSet<_> = last.0.keys().map(|(stage, _)| stage).collect();
    let fresh = stages.into_iter().filter_map(|stage| {
        let folder = fresh(rounds, stage)?;
        Some((stage.clone(), Files::NewBelow(folder)))
    });
    fresh.collect()
}

fn are_suspect(offsets: &[Duration]) -> bool {
    let (soon, steady, any) = ROUNDS;
    let last = |count: usize| Some(&offsets[offsets.len().checked_sub(count)?..]);
    last(soon).is_some_and(|last| last.iter().all(|offset| *offset < SOON))
        || last(steady).is_some_and(are_alike)
        || offsets.len() >= any
}

/// The folder below which a stage made a new file in each of the last rounds, as soon or as
/// regularly as no hand does.
fn fresh(rounds: &[Round], stage: &Arc<str>) -> Option<PathBuf> {
    let tail = &rounds[rounds.len().checked_sub(FRESH)?..];
    let mut offsets = Vec::new();
    let mut folder: Option<PathBuf> = None;
    for round in tail {
        let added = round.0.iter();
        let mut added = added.filter(|((writer, _), write)| writer == stage && write.added);
        let ((_, path), write) = added.next()?;
        offsets.push(write.offset);
        let parent = path.parent().unwrap_or(Path::new(""));
        folder = Some(folder.map_or_else(|| parent.to_owned(), |one| shared(&one, parent)));
    }
    let fits = offsets.iter().all(|offset| *offset < SOON) || are_alike(&offsets);
    folder.filter(|_| fits)
}

fn shared(one: &Path, other: &Path) -> PathBuf {
    let both = one.components().zip(other.components());
    both.take_while(|(one, other)| one == other)
        .map(|(one, _)| one)
        .collect()
}

/// Within a twentieth, as no hand is.
fn are_alike(offsets: &[Duration]) -> bool {
    let (least, most) = (offsets.iter().min(), offsets.iter().max());
    match (least, most) {
        (Some(least), Some(most)) => most.saturating_sub(*least) <= *least / 20,
        _ => false,
    }
}
