//! The modules that travel in the binary: `import "std/NAME"`.

mod documented;

pub use documented::{
    Documented, DocumentedExample, DocumentedFunction, DocumentedOption, own_modules,
    standard_modules,
};

/// Name after `std/`, and source.
pub(super) const MODULES: &[(&str, &str)] = &[
    ("discord", include_str!("../../stdlib/discord.rhai")),
    ("django", include_str!("../../stdlib/django.rhai")),
    ("git", include_str!("../../stdlib/git.rhai")),
    ("github", include_str!("../../stdlib/github.rhai")),
    ("go", include_str!("../../stdlib/go.rhai")),
    (
        "healthchecks",
        include_str!("../../stdlib/healthchecks.rhai"),
    ),
    ("node", include_str!("../../stdlib/node.rhai")),
    ("python", include_str!("../../stdlib/python.rhai")),
    ("render", include_str!("../../stdlib/render.rhai")),
    ("rust", include_str!("../../stdlib/rust.rhai")),
    ("semver", include_str!("../../stdlib/semver.rhai")),
    ("sentry", include_str!("../../stdlib/sentry.rhai")),
    ("slack", include_str!("../../stdlib/slack.rhai")),
    ("teams", include_str!("../../stdlib/teams.rhai")),
];

pub(super) fn find(name: &str) -> Option<&'static str> {
    MODULES
        .iter()
        .find_map(|(known, source)| (*known == name).then_some(*source))
}
