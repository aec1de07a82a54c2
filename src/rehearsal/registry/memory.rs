//! All that the registry remembers.

use std::collections::BTreeMap;

use bytes::Bytes;
use ring::digest::{Context, SHA256};

#[derive(Default)]
pub(super) struct Memory {
    pub(super) repositories: BTreeMap<String, Repository>,
    pub(super) uploads: BTreeMap<String, Upload>,
    /// A line for each manifest, in the order they came.
    pub(super) received: Vec<String>,
}

#[derive(Default)]
pub(super) struct Repository {
    /// Digests of layers and configurations, and their sizes in bytes.
    pub(super) blobs: BTreeMap<String, u64>,
    /// By digest.
    pub(super) manifests: BTreeMap<String, Manifest>,
    /// The digest that each tag points at.
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Clone)]
pub(super) struct Manifest {
    pub(super) media_type: String,
    pub(super) content: Bytes,
}

/// What arrived of a blob so far.
pub(super) struct Upload {
    pub(super) hash: Context,
    /// In bytes.
    pub(super) size: u64,
}

impl Upload {
    pub(super) fn new() -> Self {
        Self {
            hash: Context::new(&SHA256),
            size: 0,
        }
    }
}
