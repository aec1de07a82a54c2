//! `moby.filesync.v1.FileSync`: the engine is told of every file and asks for those it lacks.
//!
//! The protocol is that of `tonistiigi/fsutil`: one STAT for each entry in the order of the walk, an
//! empty STAT after the last; the engine sends a REQ with the number of a STAT and gets the file
//! as DATA, ended by an empty DATA; when it has all it needs it sends FIN, which is sent back.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, mpsc as blocking};

use bollard_buildkit_proto::fsutil::types::packet::PacketType;
use bollard_buildkit_proto::fsutil::types::{Packet, Stat};
use bollard_buildkit_proto::moby::filesync::packet::file_sync_server::FileSync;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::fault::Witness;
use super::selection::{folder, selection};
use crate::service::engine::build::Build;
use crate::service::engine::context::{ContextError, Entry, Selection, WalkError, walk};

/// So much of a file in one packet, and so many packets under way: what bounds the memory used.
const PIECE: usize = 64 << 10;
const UNDER_WAY: usize = 32;

/// The folders of a build by the names that BuildKit has for them.
pub(super) struct Files {
    folders: BTreeMap<&'static str, PathBuf>,
    witness: Witness,
}

type Packets = Pin<Box<dyn Stream<Item = Result<Packet, Status>> + Send>>;
/// The file behind each STAT, by its number.
type Numbered = Arc<Mutex<Vec<PathBuf>>>;

impl Files {
    pub(super) fn new(build: &Build, witness: &Witness) -> Self {
        let context = &build.context;
        let dockerfile = context.dockerfile.parent().unwrap_or(Path::new("/"));
        Self {
            folders: BTreeMap::from([
                ("context", context.root.clone()),
                ("dockerfile", dockerfile.to_owned()),
            ]),
            witness: witness.clone(),
        }
    }
}

#[tonic::async_trait]
impl FileSync for Files {
    type DiffCopyStream = Packets;
    type TarStreamStream = Packets;

    async fn diff_copy(
        &self,
        request: Request<Streaming<Packet>>,
    ) -> Result<Response<Packets>, Status> {
        let name = folder(request.metadata());
        let root = self.folders.get(name.as_str()).cloned();
        let root = root.ok_or_else(|| Status::not_found(format!("there is no folder {name}")))?;
        let selection = selection(request.metadata(), &root)?;
        let asked = request.into_inner();

        let (packets, stream) = channel(UNDER_WAY);
        let numbered = Numbered::default();
        let (numbers, requests) = blocking::channel();
        tokio::task::spawn_blocking({
            let (packets, numbered) = (packets.clone(), numbered.clone());
            let witness = self.witness.clone();
            move || announce(&root, &selection, &numbered, &packets, &witness)
        });
        tokio::task::spawn_blocking({
            let packets = packets.clone();
            let witness = self.witness.clone();
            move || deliver(&requests, &numbered, &packets, &witness)
        });
        tokio::spawn(listen(asked, numbers, packets));
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    async fn tar_stream(&self, _: Request<Streaming<Packet>>) -> Result<Response<Packets>, Status> {
        Err(Status::unimplemented("not offered"))
    }
}

/// Sends a STAT for every entry.
fn announce(
    root: &Path,
    selection: &Selection,
    numbered: &Numbered,
    packets: &Sender<Result<Packet, Status>>,
    witness: &Witness,
) {
    let walked = walk(root, selection, &mut |entry| {
        let stat = stat(&entry)?;
        let mut numbered = numbered.lock().unwrap_or_else(PoisonError::into_inner);
        numbered.push(entry.file);
        drop(numbered);
        let packet = packet(PacketType::PacketStat, 0, Some(stat), Vec::new());
        let sent = packets.blocking_send(Ok(packet));
        sent.map_err(|_| WalkError::Stopped)
    });
    let _ = match walked {
        Ok(()) => packets.blocking_send(Ok(packet(PacketType::PacketStat, 0, None, Vec::new()))),
        Err(WalkError::Stopped) => Ok(()),
        Err(error) => packets.blocking_send(Err(witness.broken(error.into()))),
    };
}

/// Sends the files that are asked for, one after the other, until no more can be.
fn deliver(
    requests: &blocking::Receiver<u32>,
    numbered: &Numbered,
    packets: &Sender<Result<Packet, Status>>,
    witness: &Witness,
) {
    while let Ok(number) = requests.recv() {
        let path = {
            let numbered = numbered.lock().unwrap_or_else(PoisonError::into_inner);
            usize::try_from(number)
                .ok()
                .and_then(|number| numbered.get(number).cloned())
        };
        let Some(path) = path else {
            let unknown = Status::invalid_argument("a file was asked for that was not offered");
            let _ = packets.blocking_send(Err(unknown));
            return;
        };
        match send(&path, number, packets) {
            Ok(true) => {}
            Ok(false) => return,
            Err(source) => {
                let _ =
                    packets.blocking_send(Err(witness.broken(ContextError::Io { path, source })));
                return;
            }
        }
    }
}

/// Whether anybody still wants the file.
fn send(path: &Path, number: u32, packets: &Sender<Result<Packet, Status>>) -> io::Result<bool> {
    let mut file = File::open(path)?;
    loop {
        let mut piece = vec![0; PIECE];
        let length = file.read(&mut piece)?;
        piece.truncate(length);
        let packet = packet(PacketType::PacketData, number, None, piece);
        if packets.blocking_send(Ok(packet)).is_err() {
            return Ok(false);
        }
        if length == 0 {
            return Ok(true);
        }
    }
}

/// Passes on what the engine asks for until it has what it needs or is gone.
async fn listen(
    mut asked: Streaming<Packet>,
    numbers: blocking::Sender<u32>,
    packets: Sender<Result<Packet, Status>>,
) {
    while let Some(Ok(received)) = asked.next().await {
        match received.r#type() {
            PacketType::PacketReq if numbers.send(received.id).is_ok() => {}
            PacketType::PacketStat | PacketType::PacketData => {}
            PacketType::PacketFin => {
                let finished = packet(PacketType::PacketFin, 0, None, Vec::new());
                let _ = packets.send(Ok(finished)).await;
                return;
            }
            PacketType::PacketReq | PacketType::PacketErr => return,
        }
    }
}

fn packet(kind: PacketType, id: u32, stat: Option<Stat>, data: Vec<u8>) -> Packet {
    Packet {
        r#type: kind.into(),
        stat,
        id,
        data,
    }
}

/// Owner and group are always root's, as with Docker's own client.
fn stat(entry: &Entry) -> Result<Stat, WalkError> {
    let metadata = &entry.metadata;
    let linkname = if metadata.is_symlink() {
        let target = fs::read_link(&entry.file).map_err(|source| WalkError::Io {
            path: entry.file.clone(),
            source,
        })?;
        let target = target.into_os_string().into_string();
        target.map_err(|_| WalkError::Name(entry.file.clone()))?
    } else {
        String::new()
    };
    let size = if metadata.is_file() {
        metadata.len()
    } else {
        0
    };
    Ok(Stat {
        path: entry.path.clone(),
        mode: mode(metadata),
        size: size.try_into().unwrap_or(i64::MAX),
        mod_time: metadata.mtime() * 1_000_000_000 + metadata.mtime_nsec(),
        linkname,
        ..Stat::default()
    })
}

/// The bits of Go's `fs.FileMode`, which are not those of `stat(2)`.
fn mode(metadata: &Metadata) -> u32 {
    let unix = metadata.mode();
    let bits = [
        (metadata.is_dir(), 31),
        (metadata.is_symlink(), 27),
        (unix & 0o4000 != 0, 23),
        (unix & 0o2000 != 0, 22),
        (unix & 0o1000 != 0, 20),
    ];
    let set = bits.iter().filter(|(set, _)| *set);
    set.fold(unix & 0o777, |mode, (_, bit)| mode | 1 << bit)
}
