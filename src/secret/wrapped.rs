//! Text that an encoder has broken into lines, put together again.

use super::view::{End, View};

/// Encoders break at 60 to 76 characters; a line that ends in a shorter word is not broken by one.
const SHORTEST: usize = 16;

/// The places where `text`, whose lines end at `ends`, may have been broken within base64 or
/// hexadecimal digits, with `reach` characters around each, joined.
pub(super) fn joined(text: &[u8], ends: &[usize], reach: usize) -> View {
    let mut view = View::default();
    let mut done = 0;
    if reach == 0 {
        return view;
    }
    for at in ends.iter().copied() {
        // What stood before the text may have been more of its first line.
        let start = at.saturating_sub(SHORTEST);
        if start < done || at == done || !text[start..at].iter().all(|byte| is_digit(*byte)) {
            continue;
        }
        let Some(mut next) = after_break(text, at) else {
            continue;
        };
        let run = text[done..at]
            .iter()
            .rev()
            .take_while(|byte| is_digit(**byte));
        push(&mut view, text, at - run.take(reach).count()..at);
        loop {
            let run = text[next..].iter().take_while(|byte| is_digit(**byte));
            done = next + run.count();
            let after = after_break(text, done).filter(|_| done - next >= SHORTEST);
            let Some(after) = after else {
                break;
            };
            push(&mut view, text, next..done);
            next = after;
        }
        push(&mut view, text, next..done.min(next.saturating_add(reach)));
        if done == text.len() {
            view.end = End::Together;
            return view;
        }
        view.separate();
    }
    view
}

fn push(view: &mut View, text: &[u8], range: std::ops::Range<usize>) {
    let start = range.start;
    view.extend(text[range].iter().copied(), start);
}

/// Where the line goes on that is broken at `at`: behind the indentation of the next.
fn after_break(text: &[u8], at: usize) -> Option<usize> {
    let next = match text[at..] {
        [b'\n', ..] => at + 1,
        [b'\r', b'\n', ..] => at + 2,
        [b'\r'] => at + 1,
        _ => return None,
    };
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    Some(next + text[next..].iter().take_while(is_blank).count())
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::{End, View};

    fn joined(text: &str, reach: usize) -> View {
        let ends = text.match_indices(['\n', '\r']).map(|(at, _)| at);
        super::joined(text.as_bytes(), &ends.collect::<Vec<_>>(), reach)
    }

    #[test]
    fn lines_that_may_be_broken_are_put_together() {
        for (text, reach, together) in [
            ("0123456789abcdefgh\nijk lm", 4, "efghijk"),
            (
                "x 0123456789abcdef\r\n  0123456789abcdef\n  ghi\n",
                6,
                "abcdef0123456789abcdefghi",
            ),
            ("words that end\nand begin\n", 6, ""),
        ] {
            let view = joined(text, reach);
            let bytes = String::from_utf8_lossy(&view.bytes).into_owned();
            assert_eq!(bytes.trim_end_matches('\u{fffd}'), together);
            assert_eq!(view.end, End::Apart);
        }
        for text in [
            "0123456789abcdef\n",
            "0123456789abcdef\r",
            "0123456789abcdef\n  ab",
        ] {
            assert_eq!(joined(text, 9).end, End::Together, "{text:?}");
        }
    }
}
