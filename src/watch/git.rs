//! What git is in the middle of, told by the files it keeps meanwhile (gitrepository-layout(5)).

/// Something during which the files are not what anybody wants to see built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The name in git's folder that tells it.
    pub file: &'static str,
    /// Completes “waiting until … is over”.
    pub what: &'static str,
}

/// A command that changes files holds the index's lock from before the first to after the last.
pub const LOCK: &str = "index.lock";

const ACTIVITIES: [Activity; 8] = [
    activity(LOCK, "the git command that holds `.git/index.lock`"),
    activity("rebase-merge", "a rebase"),
    activity("rebase-apply", "a rebase"),
    activity("MERGE_HEAD", "a merge"),
    activity("CHERRY_PICK_HEAD", "a cherry-pick"),
    activity("REVERT_HEAD", "a revert"),
    // Of several commits, one after the other.
    activity("sequencer", "a cherry-pick or a revert"),
    activity("BISECT_LOG", "a bisect"),
];

const fn activity(file: &'static str, what: &'static str) -> Activity {
    Activity { file, what }
}

impl Activity {
    /// What is going on, where `exists` knows the names in git's folder. What lasts longest is
    /// told before the commands that it is made of.
    pub fn now(exists: impl Fn(&str) -> bool) -> Option<Self> {
        ACTIVITIES
            .into_iter()
            .rev()
            .find(|activity| exists(activity.file))
    }
}

#[cfg(test)]
mod tests {
    use super::Activity;

    fn told(files: &[&str]) -> Option<&'static str> {
        Activity::now(|name| files.contains(&name)).map(|activity| activity.what)
    }

    #[test]
    fn what_lasts_longest_is_told() {
        assert_eq!(told(&[]), None);
        assert_eq!(
            told(&["index.lock"]),
            Some("the git command that holds `.git/index.lock`")
        );
        assert_eq!(told(&["index.lock", "rebase-merge"]), Some("a rebase"));
        assert_eq!(told(&["sequencer"]), Some("a cherry-pick or a revert"));
        assert_eq!(told(&["MERGE_HEAD"]), Some("a merge"));
        assert_eq!(told(&["BISECT_LOG", "index.lock"]), Some("a bisect"));
    }
}
