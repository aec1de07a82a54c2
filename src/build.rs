//! Tells the binary which commit it was built from, and what its start need not do.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

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
        link_unwinder();
    }
}

/// Links what unwinds the stack in: to load it as a library of its own takes a tenth of a start. The
/// linker is told to by a script of the library's name, and finds it before the library.
fn link_unwinder() {
    // The compiler that is asked is that of this machine.
    if env::var("HOST") != env::var("TARGET") {
        return;
    }
    let (Ok(out), Some(archive)) = (env::var("OUT_DIR"), unwinder()) else {
        return;
    };
    println!("cargo::rerun-if-changed={archive}");
    let script = format!("GROUP ( \"{archive}\" -lc )\n");
    if fs::write(Path::new(&out).join("libgcc_s.so"), script).is_ok() {
        println!("cargo::rustc-link-arg-bins=-L{out}");
    }
}

/// The compiler's archive of it, where there is one.
fn unwinder() -> Option<String> {
    let asked = Command::new("cc")
        .arg("-print-file-name=libgcc_eh.a")
        .output();
    let path = String::from_utf8(asked.ok()?.stdout).ok()?;
    let path = path.trim();
    // A compiler that has none repeats the name.
    (Path::new(path).is_absolute() && Path::new(path).exists()).then(|| path.to_owned())
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
