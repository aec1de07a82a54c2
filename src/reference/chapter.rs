//! The chapters of the guide.

use super::{Entry, Kind};

/// Name, and text: a title and what the chapter says, in Markdown.
const CHAPTERS: &[(&str, &str)] = &[
    ("first-pipeline", include_str!("guide/first-pipeline.md")),
    ("rhai", include_str!("guide/rhai.md")),
    ("stages", include_str!("guide/stages.md")),
    ("skipping", include_str!("guide/skipping.md")),
    ("rehearsing", include_str!("guide/rehearsing.md")),
    ("secrets", include_str!("guide/secrets.md")),
    ("watch", include_str!("guide/watch.md")),
    ("ci", include_str!("guide/ci.md")),
    ("json", include_str!("guide/json.md")),
    ("modules", include_str!("guide/modules.md")),
];

pub(super) fn entries() -> Vec<Entry> {
    CHAPTERS
        .iter()
        .map(|(name, text)| entry(name, text))
        .collect()
}

fn entry(name: &str, text: &str) -> Entry {
    let (title, text) = text.split_once("\n\n").unwrap_or((text, ""));
    Entry {
        summary: title.trim_start_matches("# ").to_owned(),
        doc: text.to_owned(),
        ..Entry::new(
            format!("guide/{name}"),
            Kind::Chapter,
            Kind::Chapter.heading(),
        )
    }
}
