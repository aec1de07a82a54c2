//! Tells the binary which commit it was built from, and where in memory it lies.

use std::env;
use std::process::Command;

fn main() {
    let version = env!("CARGO_PKG_VERSION");
    match git(&["rev-parse", "--short=9", "HEAD"]) {
        Some(commit) => println!("cargo::rustc-env=WHARF_VERSION={version} ({commit})"),
        None => println!("cargo::rustc-env=WHARF_VERSION={version}"),
    }
    // Grows with each commit and checkout, also in a worktree.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    println!("cargo::rerun-if-changed=src/build.rs");

    // Forty thousand addresses need no adjusting at each start when the binary's own is fixed: a
    // fifth of the time in which a pipeline of one trivial stage is over.
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux")
        && env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu")
    {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
