//! Bytes to be kept elsewhere, which come back either exactly as they were written or not at all.

use blake3::Hash;

/// Says what the bytes are, and the version of their form.
pub(super) type Mark = [u8; 16];

/// The mark, the hash of the body, and the body.
pub(super) fn seal(mark: &Mark, body: &[u8]) -> Vec<u8> {
    [&mark[..], blake3::hash(body).as_bytes(), body].concat()
}

/// What was sealed; nothing if the bytes are of another kind or not as they were.
pub(super) fn unseal<'a>(mark: &Mark, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let (hash, body) = bytes.strip_prefix(mark)?.split_first_chunk()?;
    (blake3::hash(body) == Hash::from_bytes(*hash)).then_some(body)
}

pub(super) fn put_text(bytes: &mut Vec<u8>, pieces: &[&[u8]]) {
    let length = pieces.iter().map(|piece| piece.len()).sum::<usize>();
    let length = u32::try_from(length).expect("a path, or the files of one folder, below 4 GB");
    bytes.extend_from_slice(&length.to_le_bytes());
    for piece in pieces {
        bytes.extend_from_slice(piece);
    }
}

/// Takes pieces off the front; each is nothing where too few bytes are left.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(u32::from_le_bytes(*self.chunk()?)).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }

    pub(super) fn chunk<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (chunk, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(chunk)
    }
}
