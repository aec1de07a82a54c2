//! The names in a folder, as the system lists them.

use std::ffi::CStr;
use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, FileType, statat};
use rustix::io::Errno;

/// Names one after the other, each with the zero byte that system calls want.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<u8>);

/// Where a name is among the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    start: u32,
    end: u32,
}

struct Found {
    /// The name's first bytes as a number that sorts as they do, which spares most looks at names.
    first: u64,
    name: Name,
    kind: FileType,
}

impl Names {
    /// What is in a folder, in the order of the names. git's own files and wharf's are left out:
    /// they are nobody's inputs.
    pub(super) fn read(folder: BorrowedFd<'_>) -> Result<(Self, Vec<(Name, FileType)>), Errno> {
        let mut names = Self::default();
        let mut found = Vec::with_capacity(128);
        list(folder, |name, kind| {
            let bytes = name.to_bytes();
            if [&b"."[..], b"..", b".git", b".wharf"].contains(&bytes) {
                return;
            }
            let mut first = [0; 8];
            let length = bytes.len().min(first.len());
            first[..length].copy_from_slice(&bytes[..length]);
            found.push(Found {
                first: u64::from_be_bytes(first),
                name: names.add(name),
                kind,
            });
        })?;
        found.sort_unstable_by(|one, other| {
            let whole = || names.get(one.name).cmp(names.get(other.name));
            one.first.cmp(&other.first).then_with(whole)
        });
        let kinds = found.into_iter().map(|found| {
            let kind = match found.kind {
                // Some file systems leave this to `stat`.
                FileType::Unknown => kind(folder, names.c(found.name)),
                known => known,
            };
            (found.name, kind)
        });
        let kinds = kinds.collect();
        Ok((names, kinds))
    }

    fn add(&mut self, name: &CStr) -> Name {
        let position = |names: &[u8]| {
            u32::try_from(names.len()).expect("a folder whose names take less than 4 GB")
        };
        let start = position(&self.0);
        self.0.extend_from_slice(name.to_bytes_with_nul());
        let end = position(&self.0) - 1;
        Name { start, end }
    }

    pub(super) fn get(&self, name: Name) -> &[u8] {
        &self.0[name.start as usize..name.end as usize]
    }

    pub(super) fn c(&self, name: Name) -> &CStr {
        CStr::from_bytes_with_nul(&self.0[name.start as usize..=name.end as usize])
            .expect("a name that came from a `CStr`")
    }
}

fn kind(folder: BorrowedFd<'_>, name: &CStr) -> FileType {
    statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map_or(FileType::Unknown, |stat| {
        FileType::from_raw_mode(stat.st_mode)
    })
}

/// Without a piece of memory for each name.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn list(folder: BorrowedFd<'_>, mut each: impl FnMut(&CStr, FileType)) -> Result<(), Errno> {
    let mut buffer = Vec::with_capacity(32 * 1024);
    let mut entries = rustix::fs::RawDir::new(folder, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        each(entry.file_name(), entry.file_type());
    }
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn list(folder: BorrowedFd<'_>, mut each: impl FnMut(&CStr, FileType)) -> Result<(), Errno> {
    for entry in rustix::fs::Dir::read_from(folder)? {
        let entry = entry?;
        each(entry.file_name(), entry.file_type());
    }
    Ok(())
}
