//! Times as people speak of them.

use std::time::Duration;

/// `just now`, `5 s ago`, `3 min ago`, `2 h ago`, `4 d ago`.
pub fn ago(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds == 0 {
        return "just now".to_owned();
    }
    let (amount, unit) = match seconds {
        0..60 => (seconds, "s"),
        60..3_600 => (seconds / 60, "min"),
        3_600..86_400 => (seconds / 3_600, "h"),
        _ => (seconds / 86_400, "d"),
    };
    format!("{amount} {unit} ago")
}

#[cfg(test)]
mod tests {
    use super::ago;
    use std::time::Duration;

    #[test]
    fn tells_how_long_ago_roughly() {
        for (seconds, expected) in [
            (0, "just now"),
            (1, "1 s ago"),
            (59, "59 s ago"),
            (119, "1 min ago"),
            (7_200, "2 h ago"),
            (400_000, "4 d ago"),
        ] {
            assert_eq!(ago(Duration::from_secs(seconds)), expected);
        }
    }
}
