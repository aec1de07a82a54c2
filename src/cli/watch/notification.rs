//! A word on the desktop when the stages turn from green to red, and back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::service::process::{self, Command};

const PATIENCE: Duration = Duration::from_secs(5);

/// Shows it beside whatever else is done. Where nothing can show it, nothing is said.
pub(super) fn show(
    root: PathBuf,
    environment: Arc<BTreeMap<String, String>>,
    good: bool,
    text: String,
) {
    let title = if good {
        "wharf: green again"
    } else {
        "wharf: red"
    };
    let command = Command {
        environment,
        ..command(root, title, &text)
    };
    thread::spawn(move || process::run(&command, &Cancel::new(), &mut |_, _| {}).is_ok());
}

fn command(directory: PathBuf, title: &str, text: &str) -> Command {
    let (program, args) = if cfg!(target_os = "macos") {
        // Passed as arguments, so that no text is read as a script.
        let script = "on run {title, body}\ndisplay notification body with title title\nend run";
        ("osascript", vec!["-e", script, title, text])
    } else {
        ("notify-send", vec!["--app-name=wharf", "--", title, text])
    };
    Command {
        program: program.into(),
        args: args.into_iter().map(Into::into).collect(),
        directory,
        environment: Arc::default(),
        input: None,
        timeout: Some(PATIENCE),
    }
}
