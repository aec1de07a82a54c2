//! Where and why a Rust test failed, from what it printed.

/// A place, as far as one is told, and the reason.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) file: Option<String>,
    pub(super) line: Option<usize>,
    pub(super) message: Option<String>,
}

/// Reads `thread 'x' (7) panicked at src/lib.rs:5:9:` with the message on the next line, an error
/// that a test returned, or `note: test did not panic as expected at src/lib.rs:10:3`.
pub(super) fn read(text: &str) -> Told {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let Some(first) = lines.clone().next() else {
        return Told::default();
    };
    let panicked = lines.find_map(|line| line.split_once(" panicked at "));
    let (place, message) = if let Some((_, place)) = panicked {
        (Some(place), lines.next().unwrap_or(first))
    } else {
        let split = first.rsplit_once(" at ");
        let split = split.filter(|(_, place)| split_place(place).is_some());
        split.map_or((None, first), |(message, place)| (Some(place), message))
    };
    let (file, line) = place.and_then(split_place).unzip();
    Told {
        file,
        line,
        message: Some(message.trim_start_matches("note: ").to_owned()),
    }
}

/// `src/lib.rs:5:9:`.
fn split_place(place: &str) -> Option<(String, usize)> {
    let mut parts = place.trim_end_matches(':').rsplitn(3, ':');
    let (_column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some((file.to_owned(), line.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Told, read};

    #[test]
    fn reads_panics_errors_and_their_absence() {
        let told = |place: Option<(&str, usize)>, message: &str| Told {
            file: place.map(|(file, _)| file.to_owned()),
            line: place.map(|(_, line)| line),
            message: Some(message.to_owned()),
        };
        for (text, expected) in [
            (
                "\nthread 'tests::bad' (41) panicked at src/lib.rs:8:50:\nassertion failed: rent\n  left: 0\n",
                told(Some(("src/lib.rs", 8)), "assertion failed: rent"),
            ),
            ("Error: \"no\"\n", told(None, "Error: \"no\"")),
            (
                "note: test did not panic as expected at src/lib.rs:10:32\n",
                told(Some(("src/lib.rs", 10)), "test did not panic as expected"),
            ),
            ("", Told::default()),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
