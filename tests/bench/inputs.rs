//! `inputs INDEX ROOT GLOB…` prints the fingerprint of files, with what INDEX remembers of them,
//! and has it remember what is new. `inputs floor ROOT` reads and hashes every file on two threads
//! and does nothing else.

use std::error::Error;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::thread;

use wharf::cancel::Cancel;
use wharf::service::files::{Files, Index};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [floor, root] if floor == "floor" => hash_all(Path::new(root)),
        [index, root, globs @ ..] => fingerprint(Path::new(index), Path::new(root), globs),
        _ => Err("inputs INDEX ROOT GLOB…, or inputs floor ROOT".into()),
    }
}

fn fingerprint(kept: &Path, root: &Path, globs: &[String]) -> Result<(), Box<dyn Error>> {
    let index = fs::read(kept).map_or_else(|_| Index::default(), |bytes| Index::from_bytes(&bytes));
    let files = Files::new(root, index);
    let print = files.fingerprint(globs, &Cancel::new())?;
    if let Some(index) = files.index() {
        fs::write(kept, index.to_bytes())?;
    }
    println!("{} of {} files", print.digest, print.files.len());
    Ok(())
}

fn hash_all(root: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    find(root, &mut files)?;
    let (one, other) = files.split_at(files.len() / 2);
    thread::scope(|scope| {
        let helper = scope.spawn(|| hash(one).map_err(|error| error.to_string()));
        hash(other)?;
        helper.join().expect("no panic")?;
        Ok(())
    })
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_file() => files.push(entry.path()),
            kind if kind.is_dir() && entry.file_name() != ".git" => find(&entry.path(), files)?,
            _ => {}
        }
    }
    Ok(())
}

fn hash(files: &[PathBuf]) -> std::io::Result<()> {
    let mut buffer = vec![0; 128 * 1024];
    for file in files {
        let mut file = File::open(file)?;
        let mut hasher = blake3::Hasher::new();
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                length => hasher.update(&buffer[..length]),
            };
        }
        std::hint::black_box(hasher.finalize());
    }
    Ok(())
}
