//! Which process an id means: ids are given again, a start time is not.

use rustix::process::{Pid, getpid};

/// A process, told from every other that had or will have its id; by default none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    pub id: i32,
    /// When it started, and where that time and the id are counted.
    pub start: String,
}

impl Identity {
    /// The process that has `id` now, unless it has ended.
    pub fn of(id: i32) -> Option<Self> {
        let status = system::status(id)?;
        (!status.ended).then_some(Self {
            id,
            start: status.start,
        })
    }

    /// The same of a child of this process.
    pub(super) fn of_child(id: i32) -> Option<Self> {
        let status = system::status(id)?;
        (!status.ended && status.parent == own_id()).then_some(Self {
            id,
            start: status.start,
        })
    }

    /// This process; without a start time where the system does not tell.
    pub fn own() -> Self {
        let id = own_id();
        Self::of(id).unwrap_or(Self {
            id,
            start: String::new(),
        })
    }

    pub fn is_alive(&self) -> bool {
        Self::of(self.id).as_ref() == Some(self)
    }

    pub(super) fn pid(&self) -> Option<Pid> {
        Pid::from_raw(self.id)
    }
}

fn own_id() -> i32 {
    getpid().as_raw_nonzero().get()
}

/// What the system tells of a process.
struct Status {
    parent: i32,
    start: String,
    /// Dead, and not yet waited for.
    ended: bool,
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::sync::LazyLock;

    use super::Status;

    /// Start times count from the boot, and ids within a namespace.
    static ORIGIN: LazyLock<String> = LazyLock::new(|| {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        format!("{}/{}", boot.trim_end(), namespace.display())
    });

    pub(super) fn status(id: i32) -> Option<Status> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name before may hold anything, brackets too.
        let (_, rest) = text.rsplit_once(") ")?;
        let fields: Vec<_> = rest.split(' ').collect();
        Some(Status {
            ended: matches!(*fields.first()?, "Z" | "X" | "x"),
            parent: fields.get(1)?.parse().ok()?,
            start: format!("{}/{}", *ORIGIN, fields.get(19)?),
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::process::Command;

    use super::Status;

    pub(super) fn status(id: i32) -> Option<Status> {
        let asked = Command::new("ps")
            .args(["-o", "state=", "-o", "ppid=", "-o", "lstart=", "-p"])
            .arg(id.to_string())
            .env("LC_ALL", "C")
            .output()
            .ok()?;
        let text = String::from_utf8(asked.stdout).ok()?;
        let mut words = text.split_whitespace();
        Some(Status {
            ended: words.next()?.starts_with('Z'),
            parent: words.next()?.parse().ok()?,
            start: words.collect::<Vec<_>>().join(" "),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn knows_itself_and_no_other() {
        let own = Identity::own();
        assert!(own.is_alive());
        assert_eq!(Identity::of(own.id), Some(own.clone()));
        assert!(Identity::of_child(own.id).is_none());
        let other = Identity {
            start: "another time".into(),
            ..own
        };
        assert!(!other.is_alive());
    }
}
