//! Words of others, as a person should read them.

/// `text` without the numbers that Rust puts behind what the system says: “No such file or
/// directory (os error 2)”.
pub fn plain(text: impl Into<String>) -> String {
    const MARK: &str = " (os error ";
    let mut text = text.into();
    let mut from = 0;
    while let Some(found) = text[from..].find(MARK) {
        let start = from + found;
        let behind = &text[start + MARK.len()..];
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && behind[digits..].starts_with(')') {
            text.replace_range(start..=start + MARK.len() + digits, "");
            from = start;
        } else {
            from = start + MARK.len();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn only_the_number_goes() {
        assert_eq!(plain("No such file (os error 2)"), "No such file");
        assert_eq!(plain("a (os error 13), b (os error 2)."), "a, b.");
        assert_eq!(plain("why (os error x)"), "why (os error x)");
        assert_eq!(plain("(os error 2"), "(os error 2");
    }
}
