//! The repository, through the `git` that its owner uses.

pub(super) mod head;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::process::{self, Command, End, ProcessError};
use crate::cancel::Cancel;
use crate::event::Stream;

pub use head::Head;

/// Answers about one repository. Branch, commit and tag are asked for once.
#[derive(Debug)]
pub struct Git {
    root: PathBuf,
    environment: Arc<BTreeMap<String, String>>,
    cancel: Cancel,
    branch: OnceLock<Option<String>>,
    sha: OnceLock<String>,
    tag: OnceLock<Option<String>>,
}

/// Where the default branch may be found, the first that there is.
const DEFAULT_BRANCHES: [&str; 5] = [
    "origin/HEAD",
    "origin/main",
    "main",
    "origin/master",
    "master",
];

#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("this is not a git repository")]
    NoRepository,
    #[error("the git repository has no commit yet")]
    NoCommit,
    #[error("git was stopped")]
    Stopped,
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("`git {command}` failed: {message}")]
    Failed { command: String, message: String },
}

impl Git {
    /// `cancel` stops a git that is waited for.
    pub fn new(root: PathBuf, environment: Arc<BTreeMap<String, String>>, cancel: Cancel) -> Self {
        Self {
            root,
            environment,
            cancel,
            branch: OnceLock::new(),
            sha: OnceLock::new(),
            tag: OnceLock::new(),
        }
    }

    /// The branch that is checked out. Where none is, as in CI, the one CI names:
    /// `CIRCLE_BRANCH`, or `GITHUB_HEAD_REF` and `GITHUB_REF_NAME`.
    pub fn branch(&self) -> Result<Option<String>, GitError> {
        remember(&self.branch, || {
            let asked = self.ask(&["symbolic-ref", "--quiet", "--short", "HEAD"]);
            match optional(asked) {
                Ok(Some(name)) => Ok(Some(name)),
                other => self.branch_in_ci().map_or(other, |name| Ok(Some(name))),
            }
        })
    }

    /// The full id of the commit that is checked out, else the one CI names: `CIRCLE_SHA1`,
    /// `GITHUB_SHA`.
    pub fn sha(&self) -> Result<String, GitError> {
        remember(&self.sha, || {
            let asked = self.ask(&["rev-parse", "--verify", "--quiet", "HEAD"]);
            match optional(asked) {
                Ok(Some(sha)) => Ok(sha),
                other => self
                    .sha_in_ci()
                    .ok_or(other.err().unwrap_or(GitError::NoCommit)),
            }
        })
    }

    /// The first seven characters of [`Git::sha`]: the same on every machine, where git's own
    /// abbreviation grows with the repository.
    pub fn short_sha(&self) -> Result<String, GitError> {
        self.sha().map(|sha| sha.chars().take(7).collect())
    }

    /// The tag that the checked-out commit has, else the one CI names: `CIRCLE_TAG`, or
    /// `GITHUB_REF_NAME` when `GITHUB_REF_TYPE` is `tag`. Of several that the commit has it is the
    /// one that CI was started for.
    pub fn tag(&self) -> Result<Option<String>, GitError> {
        remember(&self.tag, || {
            if let Some(tag) = self.tag_in_ci().filter(|tag| self.is_here(tag)) {
                return Ok(Some(tag));
            }
            let asked = self.ask(&["describe", "--tags", "--exact-match", "HEAD"]);
            match optional(asked) {
                Ok(Some(tag)) => Ok(Some(tag)),
                other => self.tag_in_ci().map_or(other, |tag| Ok(Some(tag))),
            }
        })
    }

    /// The tag that CI was started for, where the checked-out commit has it, else all tags of the
    /// commit.
    pub fn tags(&self) -> Result<Vec<String>, GitError> {
        if let Some(tag) = self.tag_in_ci().filter(|tag| self.is_here(tag)) {
            return Ok(vec![tag]);
        }
        let asked = optional(self.ask(&["tag", "--points-at", "HEAD"]));
        let tags = asked.map(Option::unwrap_or_default);
        let tags = tags.map(|tags| tags.lines().map(str::to_owned).collect::<Vec<_>>());
        match tags {
            Ok(tags) if !tags.is_empty() => Ok(tags),
            other => self.tag_in_ci().map_or(other, |tag| Ok(vec![tag])),
        }
    }

    /// Whether the work tree differs from the commit, untracked files included.
    pub fn is_dirty(&self) -> Result<bool, GitError> {
        self.ask(&["status", "--porcelain"])
            .map(|out| !out.is_empty())
    }

    /// Paths from the repository's root of what differs from where this branch left the default
    /// branch, and on the default branch from the commit before; uncommitted and new files count.
    pub fn changed_files(&self) -> Result<Vec<String>, GitError> {
        let base = self.base()?;
        let tracked = self.ask(&["diff", "--name-only", "--relative", "-z", &base])?;
        let new = self.ask(&["ls-files", "--others", "--exclude-standard", "-z"])?;
        let names = [tracked, new];
        Ok(names
            .iter()
            .flat_map(|names| names.split('\0'))
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect())
    }

    fn base(&self) -> Result<String, GitError> {
        let head = self.sha()?;
        // One branch is the default: what was left behind when it was renamed tells nothing.
        let exists = |branch: &&&str| {
            let commit = format!("{branch}^{{commit}}");
            self.ask(&["rev-parse", "--verify", "--quiet", &commit])
                .is_ok()
        };
        let default = DEFAULT_BRANCHES.iter().find(exists);
        if let Some(default) = default
            && let Ok(base) = self.ask(&["merge-base", "HEAD", default])
            && base != head
        {
            return Ok(base);
        }
        let parent = self.ask(&["rev-parse", "--verify", "--quiet", "HEAD~1"]);
        // The first commit is compared with nothing at all.
        parent.or_else(|_| self.ask(&["hash-object", "-t", "tree", "/dev/null"]))
    }

    /// Whether the commit that is checked out has `tag`.
    fn is_here(&self, tag: &str) -> bool {
        let commit = format!("refs/tags/{tag}^{{commit}}");
        let tagged = self.ask(&["rev-parse", "--verify", "--quiet", &commit]);
        tagged.is_ok_and(|tagged| self.sha().is_ok_and(|sha| sha == tagged))
    }

    fn sha_in_ci(&self) -> Option<String> {
        self.first_of(&["CIRCLE_SHA1", "GITHUB_SHA"])
    }

    fn branch_in_ci(&self) -> Option<String> {
        self.first_of(&["CIRCLE_BRANCH", "GITHUB_HEAD_REF"])
            .or_else(|| self.github_ref("branch"))
    }

    fn tag_in_ci(&self) -> Option<String> {
        self.first_of(&["CIRCLE_TAG"])
            .or_else(|| self.github_ref("tag"))
    }

    fn github_ref(&self, kind: &str) -> Option<String> {
        let matches = self
            .environment
            .get("GITHUB_REF_TYPE")
            .is_some_and(|known| known == kind);
        matches
            .then(|| self.first_of(&["GITHUB_REF_NAME"]))
            .flatten()
    }

    fn first_of(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .filter_map(|name| self.environment.get(*name))
            .find(|value| !value.is_empty())
            .cloned()
    }

    /// What `git` prints, without the end of its last line.
    fn ask(&self, args: &[&str]) -> Result<String, GitError> {
        let mut environment = BTreeMap::clone(&self.environment);
        // Its complaints are told apart by their words.
        environment.insert("LC_ALL".to_owned(), "C".to_owned());
        let command = Command {
            program: "git".into(),
            args: args.iter().map(Into::into).collect(),
            directory: self.root.clone(),
            environment: Arc::new(environment),
            input: None,
            timeout: None,
        };
        let (mut out, mut complaint) = (Vec::new(), Vec::new());
        let finished = process::run(&command, &self.cancel, &mut |stream, bytes| match stream {
            Stream::Stdout => out.extend_from_slice(bytes),
            Stream::Stderr => complaint.extend_from_slice(bytes),
        })?;
        if finished.success() {
            return Ok(String::from_utf8_lossy(&out).trim_end().to_owned());
        }
        match finished.end {
            End::Cancelled => return Err(GitError::Stopped),
            End::Signalled(signal) => {
                return Err(GitError::Failed {
                    command: args.join(" "),
                    message: format!("it was ended by signal {signal}"),
                });
            }
            End::Exited(_) | End::TimedOut => {}
        }
        let complaint = String::from_utf8_lossy(&complaint);
        let complaint = complaint.lines().next().unwrap_or_default();
        if complaint.contains("not a git repository") {
            return Err(GitError::NoRepository);
        }
        Err(GitError::Failed {
            command: args.join(" "),
            message: complaint.trim_start_matches("fatal: ").to_owned(),
        })
    }
}

/// An answer, or none where git says nothing else than that there is none.
fn optional(asked: Result<String, GitError>) -> Result<Option<String>, GitError> {
    match asked {
        Ok(answer) => Ok(Some(answer)),
        Err(GitError::Failed { message, .. })
            if [
                "",
                "no tag exactly",
                "No names found",
                "No tags can",
                "Not a valid object",
                "error: malformed object name HEAD",
            ]
            .iter()
            .any(|none| message == *none || (!none.is_empty() && message.starts_with(none))) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn remember<T: Clone>(
    known: &OnceLock<T>,
    ask: impl FnOnce() -> Result<T, GitError>,
) -> Result<T, GitError> {
    if let Some(value) = known.get() {
        return Ok(value.clone());
    }
    let value = ask()?;
    Ok(known.get_or_init(|| value).clone())
}
