//! Did you mean …?

/// The candidate most like `name`, if one is like it at all.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (likeness(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.7)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// From 0 to 1. The better of two measures: one likes common beginnings, the other swapped letters.
fn likeness(name: &str, candidate: &str) -> f64 {
    let (name, candidate) = (name.to_lowercase(), candidate.to_lowercase());
    strsim::normalized_damerau_levenshtein(&name, &candidate)
        .max(strsim::jaro(&name, &candidate) - 0.1)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_typos_and_only_typos() {
        let known = ["docker_build", "docker_push", "lint", "tag", "tags"];
        assert_eq!(nearest("docker_biuld", known), Some("docker_build"));
        assert_eq!(nearest("tga", known), Some("tag"));
        assert_eq!(nearest("lnit", known), Some("lint"));
        assert_eq!(nearest("deploy", known), None);
    }
}
