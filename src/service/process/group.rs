//! The processes that a child leads.

use std::os::fd::OwnedFd;
use std::process::Child;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process_group, test_kill_process_group, waitid,
};

/// The process group a child leads. Its id cannot be reused before the child is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Group(Pid);

impl Group {
    pub(super) fn of(child: &Child) -> Self {
        Self(Pid::from_child(child))
    }

    pub(super) fn id(self) -> i32 {
        self.0.as_raw_nonzero().get()
    }

    pub(super) fn signal(self, signal: Signal) {
        // The only failure is that nobody is left.
        let _ = kill_process_group(self.0, signal);
    }

    /// Whether its leader has ended. It stays there to be waited for, so that its id is not reused.
    pub(super) fn has_ended(self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        !matches!(waitid(WaitId::Pid(self.0), options), Ok(None))
    }

    /// Readable once its leader has ended, where the system has such a thing.
    pub(super) fn end(self) -> Option<OwnedFd> {
        system::end(self.0)
    }

    /// Whether any process of it runs; also where that cannot be told.
    pub(super) fn lives(self) -> bool {
        test_kill_process_group(self.0).is_ok() && system::runs(self.id()).unwrap_or(true)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::os::fd::OwnedFd;

    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    /// Linux has it from 5.3 on.
    pub(super) fn end(leader: Pid) -> Option<OwnedFd> {
        pidfd_open(leader, PidfdFlags::empty()).ok()
    }

    /// Whether a process of this group is more than an entry that nobody has taken away: signals
    /// reach those too, and where the first process of a container reaps nothing they stay.
    pub(super) fn runs(group: i32) -> Option<bool> {
        let group = group.to_string();
        let runs = |text: String| {
            // The name before may hold anything, brackets too.
            let (_, rest) = text.rsplit_once(") ")?;
            let mut fields = rest.split(' ');
            let (state, _parent, of) = (fields.next()?, fields.next()?, fields.next()?);
            Some(of == group && !["Z", "X"].contains(&state))
        };
        let processes = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
        let mut processes = processes.filter(|entry| {
            let name = entry.file_name();
            name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
        });
        Some(processes.any(|entry| {
            let text = fs::read_to_string(entry.path().join("stat"));
            text.ok().and_then(runs) == Some(true)
        }))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::os::fd::OwnedFd;

    use rustix::process::Pid;

    pub(super) fn end(_leader: Pid) -> Option<OwnedFd> {
        None
    }

    pub(super) fn runs(_group: i32) -> Option<bool> {
        None
    }
}
