//! Bytes to be kept elsewhere, which are either exactly what was written or nothing.

use blake3::Hash;

/// What the bytes are, with the version of their form, and the hash of all that follows.
const HEAD: usize = 16 + blake3::OUT_LEN;

pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new(kind: &[u8; 16]) -> Self {
        let mut bytes = kind.to_vec();
        bytes.resize(HEAD, 0);
        Self(bytes)
    }

    pub(super) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn count(&mut self, count: usize) {
        let count = u32::try_from(count).expect("fewer than 4 billion names, none of them 4 GB long");
        self.0.extend_from_slice(&count.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &[u8]) {
        self.count(text.len());
        self.0.extend_from_slice(text);
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn hash(&mut self, hash: &Hash) {
        self.0.extend_from_slice(hash.as_bytes());
    }

    /// The hash of what was written.
    pub(super) fn digest(&self) -> Hash {
        blake3::hash(&self.0[HEAD..])
    }

    pub(super) fn seal(mut self) -> Vec<u8> {
        let seal = self.digest();
        self.0[16..HEAD].copy_from_slice(seal.as_bytes());
        self.0
    }
}

/// Each answer is nothing where the bytes end too early.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Nothing if the bytes are of another kind or not as they were written.
    pub(super) fn open(kind: &[u8; 16], bytes: &'a [u8]) -> Option<Self> {
        let (seal, body) = bytes.strip_prefix(kind)?.split_first_chunk::<{ blake3::OUT_LEN }>()?;
        (blake3::hash(body) == *seal).then_some(Self(body))
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(*self.chunk()?))
    }

    pub(super) fn count(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(*self.chunk()?)).ok()
    }

    pub(super) fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.count()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.chunk::<1>().map(|byte| byte[0])
    }

    pub(super) fn hash(&mut self) -> Option<Hash> {
        Some(Hash::from_bytes(*self.chunk()?))
    }

    fn chunk<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (chunk, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(chunk)
    }
}
