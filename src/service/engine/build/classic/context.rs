//! A context as a tar that is written while it is sent, so that no more of it than a few pieces is
//! ever in memory.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;

use crate::service::engine::context::{BuildContext, ContextError, Entry, WalkError};

const PIECE: usize = 128 << 10;
const UNDER_WAY: usize = 8;
/// Where a Dockerfile from outside the context stands in the tar.
const BESIDE: &str = ".dockerfile.wharf";

pub(super) struct Packed {
    pub(super) body: ReceiverStream<io::Result<Bytes>>,
    /// The Dockerfile's path in the tar.
    pub(super) dockerfile: String,
    pub(super) broken: Broken,
}

/// Why the tar breaks off, if it does.
#[derive(Clone, Default)]
pub(super) struct Broken(Arc<Mutex<Option<ContextError>>>);

impl Broken {
    pub(super) fn take(&self) -> Option<ContextError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, error: ContextError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// Begins to write on a thread of its own, which waits when the engine is slow to read.
pub(super) fn pack(context: &BuildContext) -> Packed {
    let (pieces, stream) = channel(UNDER_WAY);
    let broken = Broken::default();
    let within = context.dockerfile_within();
    let dockerfile = within.unwrap_or(BESIDE).to_owned();
    let (context, noted) = (context.clone(), broken.clone());
    tokio::task::spawn_blocking(move || {
        if let Err(error) = write(&context, pieces.clone()) {
            let _ = pieces.blocking_send(Err(io::Error::other(error.to_string())));
            noted.set(error);
        }
    });
    Packed {
        body: ReceiverStream::new(stream),
        dockerfile,
        broken,
    }
}

fn write(context: &BuildContext, pieces: Sender<io::Result<Bytes>>) -> Result<(), ContextError> {
    let outside = context.dockerfile_within().is_none();
    let mut tar = Builder::new(BufWriter::with_capacity(PIECE, Pieces(pieces)));
    context.entries(&mut |entry| {
        if outside && entry.path == ".dockerignore" {
            return Ok(());
        }
        append(&mut tar, &entry).map_err(|source| WalkError::Io {
            path: entry.file,
            source,
        })
    })?;
    let finished = if outside {
        beside(&mut tar, context)
    } else {
        Ok(())
    };
    let finished = finished.and_then(|()| tar.into_inner()?.flush());
    finished.map_err(|source| ContextError::Io {
        path: context.root.clone(),
        source,
    })
}

fn append(tar: &mut Builder<impl Write>, entry: &Entry) -> io::Result<()> {
    let metadata = &entry.metadata;
    let mut header = Header::new_gnu();
    header.set_mode(metadata.mode() & 0o7777);
    header.set_mtime(metadata.mtime().try_into().unwrap_or_default());
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    if metadata.is_dir() {
        header.set_entry_type(EntryType::Directory);
        return tar.append_data(&mut header, format!("{}/", entry.path), io::empty());
    }
    if metadata.is_symlink() {
        header.set_entry_type(EntryType::Symlink);
        return tar.append_link(&mut header, &entry.path, fs::read_link(&entry.file)?);
    }
    // The size is promised before the content: what grows meanwhile is cut, what shrinks is an
    // error.
    let size = metadata.len();
    header.set_size(size);
    let mut content = Counted {
        file: File::open(&entry.file)?.take(size),
        read: 0,
    };
    tar.append_data(&mut header, &entry.path, &mut content)?;
    if content.read < size {
        return Err(io::Error::other("it became shorter while it was read"));
    }
    Ok(())
}

struct Counted {
    file: io::Take<File>,
    read: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}

/// The Dockerfile from elsewhere, kept out of the image by an ignore file that names it.
fn beside(tar: &mut Builder<impl Write>, context: &BuildContext) -> io::Result<()> {
    let own = PathBuf::from(".dockerignore");
    let ignore = fs::read_to_string(context.root.join(&own)).unwrap_or_default();
    let ignore = format!("{ignore}\n{BESIDE}\n");
    let dockerfile = fs::read(&context.dockerfile)?;
    for (path, content) in [(".dockerignore", ignore.as_bytes()), (BESIDE, &dockerfile)] {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, path, content)?;
    }
    Ok(())
}

/// Sends what is written to it.
struct Pieces(Sender<io::Result<Bytes>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Bytes::copy_from_slice(bytes);
        let sent = self.0.blocking_send(Ok(piece));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
