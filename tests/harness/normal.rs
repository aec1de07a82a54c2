//! What differs from run to run, replaced by what it is.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// `text` with temporary paths, durations, loopback ports and digests replaced, and without the table
/// of times.
pub(crate) fn text(text: &str, base: &Path) -> String {
    let base = base.display().to_string();
    let mut text = text
        .replace(&format!("{base}/project"), "[project]")
        .replace(&base, "[base]")
        .replace(env!("CARGO_BIN_EXE_wharf"), "[wharf]");
    for (pattern, replacement) in RULES.iter() {
        text = pattern.replace_all(&text, *replacement).into_owned();
    }
    text
}

static RULES: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"\x1b\[[0-9;]*m", ""),
        // The table of times: who takes longest differs from run to run.
        (r"(?m)^  stage +time\n(?:.*\n)*?\* critical path: .*\n", ""),
        (r"\b(127\.0\.0\.1|localhost):\d{2,5}\b", "$1:[port]"),
        (r"sha256:[0-9a-f]{64}", "sha256:[digest]"),
        (
            r"\b(\d+ ?h )?(\d+ ?m(in)? )?\d+(\.\d+)? ?(s|ms|µs)\b",
            "[time]",
        ),
        (r"\b\d+ ?m(in)?( \d+ ?s)?\b", "[time]"),
        (r"\bjust now\b", "[time] ago"),
    ]
    .into_iter()
    .map(|(pattern, replacement)| {
        (
            Regex::new(pattern).expect("a pattern of this file"),
            replacement,
        )
    })
    .collect()
});
