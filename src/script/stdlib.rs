//! The modules that travel in the binary: `import "std/NAME"`.

/// Name after `std/`, and source.
pub(super) const MODULES: &[(&str, &str)] = &[("python", include_str!("../../stdlib/python.rhai"))];

pub(super) fn find(name: &str) -> Option<&'static str> {
    MODULES
        .iter()
        .find_map(|(known, source)| (*known == name).then_some(*source))
}
