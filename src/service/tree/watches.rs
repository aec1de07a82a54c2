//! What a system's watches tell.

/// Something that happened in a watched folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// The number of the watch; none for the queue of all.
    pub(super) watch: Option<i32>,
    /// As it was named when the watch was made.
    pub(super) folder: Box<[u8]>,
    /// Of what it happened to; none for the folder itself.
    pub(super) name: Option<Box<[u8]>>,
    pub(super) is_folder: bool,
    pub(super) happened: Happened,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happened {
    Created,
    /// Its content changes, and more may come.
    Writing,
    /// Whoever wrote it is done.
    Written,
    Attributes,
    /// Something whole took the name.
    Arrived,
    Gone,
    /// It has another name now, here or elsewhere.
    Left,
    /// The folder itself.
    FolderGone,
    /// More than the queue holds: nobody knows where.
    Overflow,
}

/// Why a folder is not watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unwatched {
    /// The system has no more watches for this person.
    NoneLeft,
    /// There is no such folder any more, or it cannot be read.
    Gone,
}

impl Told {
    pub(super) fn overflow() -> Self {
        Self {
            watch: None,
            folder: Box::default(),
            name: None,
            is_folder: false,
            happened: Happened::Overflow,
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) mod none {
    use std::io;
    use std::os::fd::BorrowedFd;
    use std::path::Path;

    use super::{Told, Unwatched};

    /// Where the system has no watches that wharf knows: folders are looked at from time to time.
    #[derive(Debug)]
    pub(in crate::service::tree) enum Watches {}

    impl Watches {
        pub(in crate::service::tree) fn new() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(in crate::service::tree) fn descriptor(&self) -> BorrowedFd<'_> {
            match *self {}
        }

        pub(in crate::service::tree) fn add(
            &mut self,
            _path: &Path,
            _name: &[u8],
        ) -> Result<(), Unwatched> {
            match *self {}
        }

        pub(in crate::service::tree) fn add_names(
            &mut self,
            _path: &Path,
            _name: &[u8],
        ) -> Result<(), Unwatched> {
            match *self {}
        }

        pub(in crate::service::tree) fn remove(&mut self, _name: &[u8]) {
            match *self {}
        }

        pub(in crate::service::tree) fn read(&mut self) -> Vec<Told> {
            match *self {}
        }

        pub(in crate::service::tree) fn is_at(&self, _path: &Path, _told: &Told) -> bool {
            match *self {}
        }

        pub(in crate::service::tree) fn holds(&self, _told: &Told) -> bool {
            match *self {}
        }
    }
}
