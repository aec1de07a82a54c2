//! The secrets of a run, and the only masking in wharf: every byte that leaves passes through it.

mod credentials;
mod folded;
mod matcher;
mod named;
mod patterns;
mod search;
mod stream;
mod view;
mod wrapped;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use matcher::Matcher;
use patterns::Patterns;

pub use credentials::{SHORT, is_flag};
pub use named::{hide, is_secret, with_credential};
pub use stream::MaskStream;

/// What stands where a secret was.
const MASK: &[u8] = b"***";

/// A shorter value would mask half of every log, and is not hidden.
const SHORTEST: usize = 4;

/// The secret values known so far. Cloning shares them; values may be added while a run goes on,
/// and whatever is masked after that hides them too.
#[derive(Clone, Default)]
pub struct Secrets(Arc<RwLock<Known>>);

#[derive(Default)]
struct Known {
    values: Vec<String>,
    matcher: Option<Arc<Matcher>>,
}

impl Secrets {
    pub fn new() -> Self {
        Self::default()
    }

    /// Hides `value` from now on, plain and in the encodings logs are known to show. Tells whether
    /// it can be hidden: one under four characters is left alone.
    pub fn add(&self, value: &str) -> bool {
        let value = value.trim();
        if value.chars().count() < SHORTEST {
            return false;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !known.values.iter().any(|other| other == value) {
            known.values.push(value.to_owned());
            known.matcher = None;
        }
        true
    }

    /// `text` with every secret in it, in whatever encoding, replaced by `***`.
    pub fn mask(&self, text: &str) -> String {
        if self.matcher().is_none() {
            text.to_owned()
        } else {
            let mut stream = self.stream();
            let mut masked = stream.push(text.as_bytes());
            masked.extend(stream.finish());
            String::from_utf8_lossy(&masked).into_owned()
        }
    }

    /// Masks bytes that arrive in pieces.
    pub fn stream(&self) -> MaskStream {
        MaskStream::new(self.clone())
    }

    /// The matcher of all values known now; nothing where none is known.
    fn matcher(&self) -> Option<Arc<Matcher>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.values.is_empty() || known.matcher.is_some() {
            return known.matcher.clone();
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut patterns = Patterns::default();
        for value in &known.values {
            patterns.add(value);
        }
        let matcher = Arc::new(Matcher::new(&patterns));
        known.matcher = Some(matcher.clone());
        Some(matcher)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}
