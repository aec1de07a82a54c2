//! Where symbolic links lead.

use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, readlinkat};

use super::folder::is_gone;
use super::walk::Visits;
use super::{FilesError, path};

/// Reads each link among the files of `visits`, whose content is the text in it, and returns the
/// files below the root to which they lead, which is a path and the same opened.
pub(super) fn ends(
    (root, open): (&[u8], BorrowedFd<'_>),
    visits: &Visits,
) -> Result<Vec<PathBuf>, FilesError> {
    let mut ends = Vec::new();
    let mut real = None;
    let files = visits.files();
    for (folder, entry) in files
        .iter()
        .filter(|(_, entry)| entry.kind == FileType::Symlink)
    {
        let link = [&*folder.way.path, folder.name(entry)].concat();
        match readlinkat(open, &*link, Vec::new()) {
            Ok(text) => entry
                .content
                .get_or_init(|| Some(blake3::hash(text.to_bytes()))),
            Err(error) if is_gone(error) => entry.content.get_or_init(|| None),
            Err(error) => return Err(FilesError::unreadable(&[&link], error)),
        };
        let real = real.get_or_insert_with(|| path(root).canonicalize().unwrap_or_default());
        ends.extend(end(path(&[root, &link].concat()), real));
    }
    Ok(ends)
}

/// The file below `root` at the end of a link, however many links lead there.
fn end(link: &Path, root: &Path) -> Option<PathBuf> {
    let end = link.canonicalize().ok()?;
    let below = end.strip_prefix(root).ok()?;
    end.is_file().then(|| below.to_owned())
}
