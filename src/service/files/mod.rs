//! The files of a repository: which ones globs mean, and whether they are what they were.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blake3::Hash;
use globset::{GlobBuilder, GlobSetBuilder};
use ignore::WalkBuilder;

use crate::cancel::Cancel;

#[derive(Debug, Default, Clone)]
pub struct Index;
impl Index {
    pub fn from_bytes(_: &[u8]) -> Self {
        Self
    }
    pub fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }
}
#[derive(Debug, thiserror::Error)]
#[error("stub")]
pub struct FilesError;
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest(Vec<(String, String)>);
impl Manifest {
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).unwrap_or_default()
    }
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().map(Self)
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
#[derive(Debug)]
pub struct Fingerprint {
    pub digest: Hash,
    pub files: Manifest,
}
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
}
impl Files {
    pub fn new(root: &Path, _: Index) -> Self {
        Self {
            root: root.to_owned(),
        }
    }
    pub fn list(&self, globs: &[String]) -> Result<Vec<PathBuf>, FilesError> {
        let mut set = GlobSetBuilder::new();
        for g in globs {
            set.add(
                GlobBuilder::new(g)
                    .literal_separator(true)
                    .build()
                    .map_err(|_| FilesError)?,
            );
        }
        let set = set.build().map_err(|_| FilesError)?;
        let mut found = Vec::new();
        for e in WalkBuilder::new(&self.root)
            .hidden(false)
            .standard_filters(false)
            .filter_entry(|e| e.file_name() != ".git" && e.file_name() != ".wharf")
            .build()
            .flatten()
        {
            if let Ok(p) = e.path().strip_prefix(&self.root)
                && e.path().is_file()
                && set.is_match(p)
            {
                found.push(p.to_owned());
            }
        }
        found.sort();
        Ok(found)
    }
    pub fn fingerprint(
        &self,
        globs: &[String],
        _: &Cancel,
    ) -> Result<Arc<Fingerprint>, FilesError> {
        let files: Vec<_> = self
            .list(globs)?
            .into_iter()
            .map(|p| {
                let h = std::fs::read(self.root.join(&p))
                    .map(|b| blake3::hash(&b).to_string())
                    .unwrap_or_default();
                (p.display().to_string(), h)
            })
            .collect();
        let files = Manifest(files);
        Ok(Arc::new(Fingerprint {
            digest: blake3::hash(&files.to_bytes()),
            files,
        }))
    }
    pub fn forget(&self) {}
    pub fn index(&self) -> Option<Index> {
        None
    }
}
#[derive(Debug)]
pub struct Change(String);
pub fn differences(old: &Manifest, new: &Manifest) -> Vec<Change> {
    let mut out = Vec::new();
    for (p, h) in &new.0 {
        match old.0.iter().find(|(q, _)| q == p) {
            None => out.push(Change(format!("{p} added"))),
            Some((_, g)) if g != h => out.push(Change(format!("{p} changed"))),
            _ => {}
        }
    }
    for (p, _) in &old.0 {
        if !new.0.iter().any(|(q, _)| q == p) {
            out.push(Change(format!("{p} removed")));
        }
    }
    out
}
pub fn describe(changes: &[Change]) -> String {
    changes
        .iter()
        .map(|c| c.0.clone())
        .collect::<Vec<_>>()
        .join(", ")
}
