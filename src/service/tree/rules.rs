//! What is not watched.

use std::path::Path;
use std::sync::Arc;

use crate::service::files::Rules;

/// The files with rules, in rising order of what they have to say.
pub(super) const FILES: [&str; 3] = [".gitignore", ".ignore", ".wharfignore"];

/// Folders that hold what tools keep for themselves.
const FOLDERS: [&[u8]; 3] = [b".git", b".wharf", b"__pycache__"];

/// With the rules of the files in `folder`, an absolute path; `has` tells which are there.
pub(super) fn of(
    folder: &Path,
    has: impl Fn(&[u8]) -> bool,
    above: Option<Arc<Rules>>,
) -> Option<Arc<Rules>> {
    let there = FILES.iter().filter(|name| has(name.as_bytes()));
    there.fold(above, |above, name| {
        Rules::read(folder, &folder.join(name), above)
    })
}

/// Whether nobody ever means a folder or file of this name.
pub(super) fn is_never_meant(name: &[u8], is_folder: bool) -> bool {
    if is_folder {
        return FOLDERS.contains(&name);
    }
    is_editors(name)
}

/// What editors keep beside a file while it is open or is being saved.
fn is_editors(name: &[u8]) -> bool {
    let (starts, ends) = (
        |start: &[u8]| name.starts_with(start),
        |end: &[u8]| name.ends_with(end),
    );
    // Backups: vim, emacs, nano, gedit.
    ends(b"~")
        // vim's swap files, and the name it tries out whether a folder can be written to.
        || starts(b".") && [b".swp", b".swo", b".swx", b".swn"].iter().any(|end| ends(*end))
        || name == b"4913"
        // emacs: auto-saves and locks.
        || starts(b"#") && ends(b"#")
        || starts(b".#")
        // JetBrains' safe write.
        || ends(b"___jb_tmp___")
        || ends(b"___jb_old___")
        // GNOME and KDE, LibreOffice, Finder.
        || starts(b".goutputstream-")
        || ends(b".kate-swp")
        || starts(b".~lock.")
        || name == b".DS_Store"
}

#[cfg(test)]
mod tests {
    use super::is_never_meant;

    #[test]
    fn editors_leave_much_beside_a_file_and_nothing_of_it_is_meant() {
        for name in [
            "a.py~",
            ".a.py.swp",
            ".a.py.swx",
            "4913",
            "#a.py#",
            ".#a.py",
            "a.py___jb_tmp___",
            "a.py___jb_old___",
            ".goutputstream-X1Y2Z3",
        ] {
            assert!(is_never_meant(name.as_bytes(), false), "{name}");
        }
        for name in ["a.py", ".env", "a#b", "swp", ".gitignore", "a.swp.py"] {
            assert!(!is_never_meant(name.as_bytes(), false), "{name}");
        }
        assert!(is_never_meant(b".git", true));
        assert!(
            !is_never_meant(b".git", false),
            "a worktree's link to its repository"
        );
    }
}
