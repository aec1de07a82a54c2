//! Tells the binary which commit it was built from.

use std::process::Command;

fn main() {
    let commit = Command::new("git")
        .args(["rev-parse", "--short=9", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok());
    let version = env!("CARGO_PKG_VERSION");
    match commit {
        Some(commit) => println!(
            "cargo::rustc-env=WHARF_VERSION={version} ({})",
            commit.trim()
        ),
        None => println!("cargo::rustc-env=WHARF_VERSION={version}"),
    }
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-changed=src/build.rs");
}
