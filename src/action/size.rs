//! A number of bytes as people read it.

/// `512 B`, `34 kB`, `12.4 MB`, `1.2 GB`: in thousands, as Docker counts.
pub(super) fn written(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn sizes_have_one_unit() {
        for (bytes, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_999, "1 kB"),
            (12_450_000, "12.4 MB"),
            (3_000_000_000, "3.0 GB"),
        ] {
            assert_eq!(written(bytes), expected);
        }
    }
}
