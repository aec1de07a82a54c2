//! A program that has the terminal to itself, such as a person's editor.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::process::Command;

/// Runs `command`, a line of shell, with `argument` behind it, and waits for it. It stays in
/// wharf's own process group: keys reach it as they would alone. Tells whether it ended well.
pub fn foreground(
    command: &str,
    argument: &OsStr,
    environment: &BTreeMap<String, String>,
) -> io::Result<bool> {
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{command} \"$1\""))
        .arg("sh")
        .arg(argument)
        .env_clear()
        .envs(environment)
        .status()?;
    Ok(status.success())
}
