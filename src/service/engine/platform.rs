//! `OS/ARCHITECTURE/VARIANT`, by the rules of containerd's `platforms`.

/// What may stand alone: an operating system or an architecture.
const ALONE: [&str; 22] = [
    "linux", "windows", "darwin", "freebsd", "netbsd", "openbsd", "js", "wasip1", "386", "amd64",
    "arm", "arm64", "loong64", "mips64", "mips64le", "ppc64", "ppc64le", "riscv64", "s390x",
    "wasm", "x86_64", "aarch64",
];

/// Whether a text can be a platform; who has it is the engine's business.
pub fn is_platform(text: &str) -> bool {
    let parts: Vec<_> = text.split('/').collect();
    let valid = |char: char| char.is_ascii_alphanumeric() || "_.-".contains(char);
    let words = parts
        .iter()
        .all(|part| !part.is_empty() && part.chars().all(valid));
    match parts[..] {
        [one] => ALONE.contains(&one.to_ascii_lowercase().as_str()),
        _ => words && parts.len() <= 3,
    }
}
