//! Text with its escapes undone: however a tool writes a secret, percent-encoded, as JSON, with
//! colours inside, in any mixture and more than once, it comes to the same bytes.

use std::ops::Range;

use super::view::{End, View};

/// No escape is longer: not a title that a terminal is told, and never ends.
const LONGEST: usize = 4096;

/// The parts of `text` that have escapes, each of which begins at one of `places`, with `reach`
/// bytes around each, folded. Where the text has not `ended`, an escape that is cut off at its end
/// is left open.
pub(super) fn folded(text: &[u8], places: &[usize], reach: usize, ended: bool) -> View {
    let mut view = View::default();
    let mut at = 0;
    if reach == 0 {
        return view;
    }
    for first in places.iter().copied() {
        if first < at || escape(&text[first..], ended).is_none() {
            continue;
        }
        if first.saturating_sub(reach) > at {
            at = first - reach;
            view.separate();
        }
        let mut quiet_until = first.saturating_add(reach);
        while at < text.len().min(quiet_until) {
            let length = match escape(&text[at..], ended) {
                None => {
                    let end = text.len().min(quiet_until);
                    let rest = text[at + 1..end].iter();
                    let literal = 1 + rest.take_while(|byte| !begins_escape(**byte)).count();
                    // None of them is one that falls away: that would be an escape.
                    let bytes = text[at..at + literal].iter();
                    view.extend(bytes.filter_map(|byte| fold(*byte)), at);
                    at += literal;
                    continue;
                }
                Some(Escape::Open { shown }) => {
                    let may_begin = if shown { End::Open(at) } else { End::Together };
                    view.end = may_begin;
                    return view;
                }
                Some(Escape::Nothing(length)) => length,
                Some(Escape::Byte(byte, length)) => {
                    push(&mut view, byte, at..at + length);
                    length
                }
                Some(Escape::Char(char, length)) => {
                    for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                        push(&mut view, byte, at..at + length);
                    }
                    length
                }
            };
            at += length;
            quiet_until = at.saturating_add(reach);
        }
        if at < quiet_until {
            view.end = End::Together;
            return view;
        }
    }
    view
}

/// What `value` comes to where it is written in some way, and where it is written as it is: it may
/// look like an escape itself.
pub(super) fn patterns(value: &str) -> [Vec<u8>; 2] {
    let literal: Vec<_> = value.bytes().filter_map(fold).collect();
    let undone = folded(value.as_bytes(), &escapes(value), usize::MAX, true).bytes;
    let undone = if undone.is_empty() {
        literal.clone()
    } else {
        undone
    };
    [undone, literal]
}

fn push(view: &mut View, byte: u8, place: Range<usize>) {
    if let Some(byte) = fold(byte) {
        view.push(byte, place);
    }
}

/// A byte as it stands for all that is written for it. Backslashes fall away, so an end of a line
/// is the `n` that is left of its escape; a `+` may be a space.
fn fold(byte: u8) -> Option<u8> {
    match byte {
        b'\\' => None,
        b'+' => Some(b' '),
        b'\n' => Some(b'n'),
        b'\r' => Some(b'r'),
        b'\t' => Some(b't'),
        byte if byte.is_ascii_control() => None,
        byte => Some(byte),
    }
}

#[derive(Clone, Copy)]
enum Escape {
    /// So many bytes that stand for nothing.
    Nothing(usize),
    Byte(u8, usize),
    Char(char, usize),
    /// Its end is missing; `shown` where it may stand for something.
    Open {
        shown: bool,
    },
}

fn escapes(text: &str) -> Vec<usize> {
    let bytes = text.bytes().enumerate();
    let places = bytes.filter(|(_, byte)| begins_escape(*byte));
    places.map(|(at, _)| at).collect()
}

pub(super) fn begins_escape(byte: u8) -> bool {
    let is_blank = matches!(byte, b'\n' | b'\r' | b'\t');
    matches!(byte, b'%' | b'\\' | 0x7f | 0xc2 | 0..0x20) && !is_blank
}

/// The escape that `text` begins with.
fn escape(text: &[u8], ended: bool) -> Option<Escape> {
    match text[0] {
        b'%' => percent(text, ended),
        b'\\' => Some(backslash(text, ended)),
        0x1b => Some(sequence(text, ended)),
        // The controls that are no ASCII.
        0xc2 => match text.get(1) {
            Some(0x80..=0x9f) => Some(Escape::Nothing(2)),
            None if !ended => Some(Escape::Open { shown: false }),
            _ => None,
        },
        byte => begins_escape(byte).then_some(Escape::Nothing(1)),
    }
}

/// `%2F`, or `%252F` where it was written twice.
fn percent(text: &[u8], ended: bool) -> Option<Escape> {
    let mut at = 1;
    while at < LONGEST {
        match hex(&text[at..], 2) {
            Hex::Number(0x25) => at += 2,
            Hex::Number(byte) => return Some(Escape::Byte(u8::try_from(byte).ok()?, at + 2)),
            Hex::Cut if !ended => return Some(Escape::Open { shown: true }),
            Hex::Cut | Hex::None => break,
        }
    }
    (at > 1).then_some(Escape::Byte(b'%', at))
}

/// `\u0026`, `\U00000026`, `\x26`, or the backslash before what is escaped.
fn backslash(text: &[u8], ended: bool) -> Escape {
    let digits = match text.get(1) {
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b'x') => 2,
        None if !ended => return Escape::Open { shown: true },
        _ => return Escape::Nothing(1),
    };
    match hex(&text[2..], digits) {
        Hex::Number(unit @ 0xd800..0xdc00) if digits == 4 => surrogates(text, unit, ended),
        Hex::Number(byte @ ..0x100) if digits == 2 => {
            hexadecimal(text, u8::try_from(byte).unwrap_or_default(), ended)
        }
        Hex::Number(unit) => Escape::Char(char::from_u32(unit).unwrap_or('\u{fffd}'), 2 + digits),
        Hex::Cut if !ended => Escape::Open { shown: true },
        Hex::Cut | Hex::None => Escape::Nothing(1),
    }
}

/// `\xc3\xa9` with the bytes of a character, or `\xe9` with its number; `first` is the first byte.
fn hexadecimal(text: &[u8], first: u8, ended: bool) -> Escape {
    let more = match first {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        ..0x80 => return Escape::Byte(first, 4),
        _ => 0,
    };
    let by_number = Escape::Char(char::from(first), 4);
    let mut bytes = vec![first];
    let mut at = 4;
    for _ in 0..more {
        let rest = &text[at..];
        let slashes = rest.iter().take(LONGEST).take_while(|byte| **byte == b'\\');
        let slashes = slashes.count();
        let next = match rest.get(slashes) {
            None => Hex::Cut,
            Some(b'x') if slashes > 0 => hex(&rest[slashes + 1..], 2),
            Some(_) => Hex::None,
        };
        match next {
            Hex::Cut if !ended => return Escape::Open { shown: true },
            Hex::Number(byte @ 0x80..0xc0) => bytes.extend(u8::try_from(byte)),
            _ => return by_number,
        }
        at += slashes + 3;
    }
    let char = std::str::from_utf8(&bytes).ok();
    let char = char.and_then(|text| text.chars().next());
    char.map_or(by_number, |char| Escape::Char(char, at))
}

/// `\ud83d\ude00`, with `high` as its first half.
fn surrogates(text: &[u8], high: u32, ended: bool) -> Escape {
    let rest = &text[6..];
    let slashes = rest.iter().take(LONGEST).take_while(|byte| **byte == b'\\');
    let slashes = slashes.count();
    let low = match rest.get(slashes) {
        None => Hex::Cut,
        Some(b'u') if slashes > 0 => hex(&rest[slashes + 1..], 4),
        Some(_) => Hex::None,
    };
    match low {
        Hex::Cut if !ended => Escape::Open { shown: true },
        Hex::Number(low @ 0xdc00..0xe000) => {
            let char = char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            Escape::Char(char.unwrap_or('\u{fffd}'), 6 + slashes + 5)
        }
        _ => Escape::Char('\u{fffd}', 6),
    }
}

/// What a terminal is told: a colour, a title, a link (ECMA-48, 5.4 and 5.6).
fn sequence(text: &[u8], ended: bool) -> Escape {
    let text = &text[..text.len().min(LONGEST)];
    let body = |skipped: usize, goes_on: &dyn Fn(u8) -> bool| {
        let rest = text[skipped..].iter().take_while(|byte| goes_on(**byte));
        skipped + rest.count()
    };
    let (end, last) = match text.get(1) {
        None => (1, 0),
        Some(b'[') => (body(2, &|byte| matches!(byte, 0x20..=0x3f)), 1),
        Some(b']' | b'P' | b'X' | b'^' | b'_') => {
            let end = body(2, &|byte| !matches!(byte, 7 | 0x18 | 0x1a | 0x1b | b'\n'));
            let is_bell = text.get(end) == Some(&7);
            (end, usize::from(is_bell))
        }
        Some(0x20..=0x2f) => (body(2, &|byte| matches!(byte, 0x20..=0x2f)), 1),
        Some(0x30..=0x7e) => (1, 1),
        Some(_) => return Escape::Nothing(1),
    };
    match text.get(end) {
        None if ended || end == LONGEST => Escape::Nothing(1),
        None => Escape::Open { shown: false },
        Some(0x20..=0x7e | 7) => Escape::Nothing(end + last),
        Some(_) => Escape::Nothing(end),
    }
}

enum Hex {
    Number(u32),
    /// Digits, but not so many before the text ends.
    Cut,
    None,
}

fn hex(text: &[u8], digits: usize) -> Hex {
    let given = &text[..text.len().min(digits)];
    if !given.iter().all(u8::is_ascii_hexdigit) {
        return Hex::None;
    }
    if given.len() < digits {
        return Hex::Cut;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default();
    Hex::Number(given.iter().fold(0, |sum, byte| sum * 16 + digit(*byte)))
}

#[cfg(test)]
mod tests {
    use super::{End, escapes, folded};

    fn undone(text: &str) -> String {
        let view = folded(text.as_bytes(), &escapes(text), 100, true);
        String::from_utf8_lossy(&view.bytes).into_owned()
    }

    #[test]
    fn all_that_is_written_for_a_text_comes_to_the_same() {
        for text in [
            r#"a "b"&c/é😀%"#,
            r#"a \"b\"&c\/é😀%25"#,
            r#"a \"b\"\u0026c/\u00e9\ud83d\ude00%25"#,
            r#"a \\\"b\\\"\\u0026c\\/\\u00E9\\uD83D\\uDE00%2525"#,
            "%61+%22b%22%26c%2f%C3%A9%F0%9F%98%80%25",
            "%61%2520%2522b%2522%2526c%252f%C3%A9%F0%9F%98%80%25",
            r"\x61 \x22b\x22\x26c/\xc3\xa9\xf0\x9f\x98\x80%25",
            r"\x61 \x22b\x22\x26c/\xe9\U0001f600%25",
            r"\\x61 \\x22b\\x22\\x26c/\\xe9\\xf0\\x9f\\x98\\x80%25",
            "a \x1b[31m\"b\x1b[0m\"\0&\x08c/\x1b]8;;https://a.dev\x1b\\é\x1b]8;;\x07\u{9b}😀%",
        ] {
            assert_eq!(undone(&format!("{text}\x07")), r#"a "b"&c/é😀%"#, "{text}");
        }
        assert_eq!(undone(r"C:\temp\\new\"), "C:tempnew");
        assert_eq!(undone("no escape: 38% and 100%, a\tb\n"), "");
    }

    #[test]
    fn an_escape_that_is_cut_off_is_left_open() {
        for (text, end) in [
            ("a%", End::Open(1)),
            ("a%2", End::Open(1)),
            ("a%252", End::Open(1)),
            (r"a\", End::Open(1)),
            (r"a\u00", End::Open(1)),
            (r"a\ud83d", End::Open(1)),
            (r"a\ud83d\\u", End::Open(1)),
            ("a\x1b[3", End::Together),
            ("a\x1b]8;;https://a", End::Together),
            ("%2Fa", End::Together),
            ("%2Fabcdefghijkl", End::Apart),
            ("a%zz", End::Apart),
        ] {
            let view = folded(text.as_bytes(), &escapes(text), 8, false);
            assert_eq!(view.end, end, "{text:?}");
        }
    }
}
