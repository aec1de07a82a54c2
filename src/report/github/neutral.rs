//! Lines of others that the runner must not take for commands.

use std::iter::Peekable;
use std::str::Chars;

/// `line` so that the runner finds no command in it. It takes one from a line that begins with
/// `::` after white space, and from `##[` anywhere (`ActionCommand.cs` of actions/runner); and as it
/// compares text by culture, characters that nobody sees do not hinder it. So what is compared
/// here is only what can be seen, and spaces between. Each line is made harmless by itself: a command that stops all
/// others until a token comes would have to arrive in order over two pipes, and does not.
pub(in crate::report) fn neutral(line: &str) -> String {
    let mut safe = String::with_capacity(line.len() + 1);
    // The last two characters that can be seen.
    let mut last = [None; 2];
    let mut count = 0;
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\x1b' {
            safe.push(c);
            colour(&mut rest, &mut safe);
            continue;
        }
        if !is_seen(c) && (c != ' ' || count == 0) {
            safe.push(c);
            continue;
        }
        count += 1;
        if count == 2 && last[1] == Some(':') && c == ':' {
            safe.insert(0, '\\');
        }
        if c == '[' && last == [Some('#'); 2] {
            safe.push(' ');
        }
        safe.push(c);
        last = [last[1], Some(c)];
    }
    safe
}

/// Copies the rest of a colour, which is all that an escape can begin here.
fn colour(rest: &mut Peekable<Chars<'_>>, safe: &mut String) {
    while let Some(c) = rest.next_if(|c| *c != 'm') {
        safe.push(c);
    }
    safe.extend(rest.next());
}

fn is_seen(c: char) -> bool {
    c.is_ascii_graphic() || c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::neutral;

    #[test]
    fn no_command_is_left() {
        for (line, expected) in [
            ("std::env::var", "std::env::var"),
            ("::error::x", "\\::error::x"),
            ("  \t::add-mask::a", "\\  \t::add-mask::a"),
            ("\u{a0}\u{200b}:\u{ad}:stop", "\\\u{a0}\u{200b}:\u{ad}:stop"),
            ("\x1b[31m::error::x\x1b[0m", "\\\x1b[31m::error::x\x1b[0m"),
            ("say ##[error]x", "say ## [error]x"),
            ("#\u{200d}#\x1b[0m[group]", "#\u{200d}#\x1b[0m [group]"),
            ("## [x] #[y]", "## [x] #[y]"),
            (" : :", " : :"),
        ] {
            assert_eq!(neutral(line), expected, "{line:?}");
        }
    }
}
