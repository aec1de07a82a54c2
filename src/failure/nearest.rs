//! Did you mean …?

/// The candidate that `name` is most likely a misspelling of, if it is like one at all.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::osa_distance(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| {
            let longer = name.chars().count().max(candidate.chars().count());
            *distance <= (longer / 3).max(1) && *distance < longer
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_typos_and_only_typos() {
        let known = ["docker_build", "docker_push", "lint", "ln", "tags", "tag"];
        assert_eq!(nearest("docker_biuld", known), Some("docker_build"));
        assert_eq!(nearest("tga", known), Some("tag"));
        assert_eq!(nearest("lnit", known), Some("lint"));
        assert_eq!(nearest("deploy", known), None);
        assert_eq!(nearest("x", known), None);
    }
}
