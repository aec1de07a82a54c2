//! The critical path: the stages that a run could not have been shorter than.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// What a stage waited for, and how long it took itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'a> {
    pub(super) name: &'a Arc<str>,
    pub(super) needs: &'a [Arc<str>],
    /// Zero if it did not run.
    pub(super) took: Duration,
}

/// The chain of needs that takes longest, first to last, and how long. Stages that took no time
/// are not named, but hold the chain together.
pub(super) fn path<'a>(steps: &[Step<'a>]) -> (Vec<&'a Arc<str>>, Duration) {
    let places: HashMap<&str, usize> = steps
        .iter()
        .enumerate()
        .map(|(index, step)| (&**step.name, index))
        .collect();
    // Of each stage: when it could have ended at the earliest, and what it waited for last.
    let mut ends: Vec<(Duration, Option<usize>)> = Vec::with_capacity(steps.len());
    for step in steps {
        let needs = step.needs.iter().filter_map(|need| places.get(&**need));
        // A need stands before what needs it.
        let mut last: Option<usize> = None;
        for &need in needs.filter(|need| **need < ends.len()) {
            if last.is_none_or(|last| ends[need].0 > ends[last].0) {
                last = Some(need);
            }
        }
        let start = last.map_or(Duration::ZERO, |last| ends[last].0);
        ends.push((start + step.took, last));
    }
    let total = ends.iter().map(|(end, _)| *end).max().unwrap_or_default();
    let mut next = ends.iter().position(|(end, _)| *end == total);
    let mut path = Vec::new();
    while let Some(index) = next {
        if !steps[index].took.is_zero() {
            path.push(steps[index].name);
        }
        next = ends[index].1;
    }
    path.reverse();
    (path, total)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Step, path};

    fn told(steps: &[(&str, &[&str], u64)]) -> String {
        let owned: Vec<(Arc<str>, Vec<Arc<str>>, u64)> = steps
            .iter()
            .map(|(name, needs, took)| {
                let needs = needs.iter().copied().map(Arc::from).collect();
                (Arc::from(*name), needs, *took)
            })
            .collect();
        let steps: Vec<_> = owned
            .iter()
            .map(|(name, needs, took)| Step {
                name,
                needs,
                took: Duration::from_secs(*took),
            })
            .collect();
        let (path, total) = path(&steps);
        let names: Vec<&str> = path.into_iter().map(|name| &**name).collect();
        format!("{} {}", names.join(" "), total.as_secs())
    }

    #[test]
    fn is_the_longest_chain_of_needs() {
        for (steps, expected) in [
            (&[][..], " 0"),
            (&[("a", &[][..], 3), ("b", &[], 4)], "b 4"),
            (
                &[
                    ("test", &[], 5),
                    ("lint", &[], 2),
                    ("image", &["test", "lint"], 3),
                    ("docs", &[], 7),
                ],
                "test image 8",
            ),
            // Long alone, but nothing waits for it.
            (&[("a", &[], 2), ("b", &["a"], 2), ("c", &[], 3)], "a b 4"),
            // A skipped stage between two others.
            (
                &[("a", &[], 2), ("b", &["a"], 0), ("c", &["b"], 3)],
                "a c 5",
            ),
            // A need that is no part of this run.
            (&[("b", &["a"], 2)], "b 2"),
        ] {
            assert_eq!(told(steps), expected);
        }
    }
}
