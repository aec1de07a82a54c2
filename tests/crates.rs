//! What wharf is made of besides its own code.

use std::collections::BTreeSet;
use std::process::Command;

/// Each crate is one more to build, to trust and to keep up with.
#[test]
fn there_are_fewer_than_230_crates() {
    let tree = [
        "tree",
        "--locked",
        "--offline",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ];
    let done = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(tree)
        .output()
        .expect("cargo");
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    let text = String::from_utf8(done.stdout).expect("text");
    let crates: BTreeSet<Vec<&str>> = text
        .lines()
        .map(|line| line.split(' ').take(2).collect())
        .collect();
    assert!(crates.len() < 230, "{} crates", crates.len());
    assert!(crates.len() > 100, "they are not read: {text}");
}
