//! Who runs wharf, and how.

use rustix::process::getuid;
use rustix::system::uname;

use crate::journal::Origin;

pub(super) fn origin() -> Origin {
    Origin {
        who: format!("{}@{}", user(), uname().nodename().to_string_lossy()),
        arguments: std::env::args_os()
            .skip(1)
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect(),
        resumed: None,
    }
}

fn user() -> String {
    ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()))
        .unwrap_or_else(|| format!("uid {}", getuid().as_raw()))
}
