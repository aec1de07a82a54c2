//! `read_file`, `write_file`, `exists`.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rhai::{Engine, NativeCallContext};

use super::Answer;
use super::function::Function;
use crate::action::{Example, Expected};
use crate::failure::{Failure, Kind};
use crate::script::call::too_early;
use crate::script::current::{self, Whereabouts};
use crate::script::host::Host;
use crate::script::raised::{raise, stop};
use crate::service::files::{self, read_text};

pub(in crate::script) const READ_FILE: Function = Function {
    name: "read_file",
    signatures: &["(path: String) -> String"],
    summary: "Read a text file, up to 64 MiB",
    doc: "Paths start at the repository's root. Fails if there is no such file, or it is not text.",
    example: Example {
        title: "reads a version",
        files: &[("VERSION", "1.4.2\n")],
        script: r#"print(read_file("VERSION").split("\n")[0]);"#,
        outcome: Expected::Prints("1.4.2\n"),
    },
};

pub(in crate::script) const WRITE_FILE: Function = Function {
    name: "write_file",
    signatures: &["(path: String, text: String)"],
    summary: "Write a text file, all of it or nothing",
    doc: "Paths start at the repository's root. Fails outside of a stage. Fails if the file cannot be written.",
    example: Example {
        title: "writes and reads",
        files: &[],
        script: r#"write_file("out.txt", "done");
print(read_file("out.txt"));"#,
        outcome: Expected::Prints("done\n"),
    },
};

pub(in crate::script) const EXISTS: Function = Function {
    name: "exists",
    signatures: &["(path: String) -> bool"],
    summary: "Check whether a file or folder exists",
    doc: "",
    example: Example {
        title: "looks for a file",
        files: &[("setup.cfg", "[flake8]\n")],
        script: r#"print(exists("setup.cfg"));"#,
        outcome: Expected::Prints("true\n"),
    },
};

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let root = host.context.root.clone();
    let (reading, writing, checking) = (root.clone(), root.clone(), root);
    engine
        .register_fn(
            "read_file",
            move |context: NativeCallContext, path: &str| read(&context, &reading.join(path), path),
        )
        .register_fn(
            "write_file",
            move |context: NativeCallContext, path: &str, text: &str| {
                write(&context, &writing.join(path), path, text)
            },
        )
        .register_fn("exists", move |path: &str| checking.join(path).exists());
}

fn read(context: &NativeCallContext, file: &Path, path: &str) -> Answer<String> {
    let read = read_text(file, &current::get().context.cancel).map_err(|error| {
        let failure = Failure::new(Kind::Pipeline, format!("cannot read `{path}`"));
        raise(failure.because(why(&error)), context)
    });
    read?.ok_or_else(|| stop(context))
}

fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::FileTooLarge => "it is longer than 64 MiB".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Writes beside the target and renames, so that a reader never sees half a file.
fn write(context: &NativeCallContext, file: &Path, path: &str, text: &str) -> Answer<()> {
    let refuse = |failure: Failure| raise(failure, context);
    if current::get().whereabouts == Whereabouts::TopLevel {
        return Err(refuse(too_early("write_file")));
    }
    files::replace(file, text).map_err(|error| {
        let failure = Failure::new(Kind::Pipeline, format!("cannot write `{path}`"));
        refuse(failure.because(why(&error)))
    })
}
