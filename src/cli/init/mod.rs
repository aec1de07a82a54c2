//! `wharf init`: a first script for the kind of project there is.

mod survey;
mod template;

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Done;
use super::arguments::{InitOptions, Kind, Place};
use crate::failure::Failure;
use crate::script::{self, FILE_NAME};
use survey::Survey;

/// Each kind's pipeline, as it stands in `scripts/`.
fn template(kind: Kind) -> &'static str {
    match kind {
        Kind::Django => include_str!("../../../scripts/django.rhai"),
        Kind::Python => include_str!("../../../scripts/python.rhai"),
        Kind::Rust => include_str!("../../../scripts/rust.rhai"),
        Kind::Node => include_str!("../../../scripts/node.rhai"),
        Kind::Go => include_str!("../../../scripts/go.rhai"),
        Kind::Static => include_str!("../../../scripts/static.rhai"),
        Kind::Generic => include_str!("../../../scripts/generic.rhai"),
    }
}

pub(super) fn init(place: &Place, options: &InitOptions) -> Done {
    let folder = place
        .directory
        .clone()
        .unwrap_or_else(|| PathBuf::from("."));
    if let Some(directory) = &place.directory {
        script::folder(directory).map_err(Arc::new)?;
    }
    let survey = Survey::of(&folder);
    let (kind, why) = match options.kind {
        Some(kind) => (kind, "as asked".to_owned()),
        None => survey.kind(),
    };
    let text = template::adapt(template(kind), &survey.name(), |need| {
        survey.missing(kind, need)
    });
    let path = folder.join(place.file.as_deref().unwrap_or(Path::new(FILE_NAME)));
    write_new(&path, &text).map_err(|error| Arc::new(refusal(&path, &error)))?;
    // The file is there; that nobody reads this is no failure.
    let _ = writeln!(
        std::io::stderr(),
        "wrote {} ({why}); `wharf` lists its stages, `wharf run --rehearse` tries them",
        path.display()
    );
    Ok(())
}

/// Never over a file that is there, and never a part of it.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist_noclobber(path)?;
    Ok(())
}

fn refusal(path: &Path, error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::AlreadyExists {
        return Failure::script(format!("there is a `{}` already", path.display()))
            .hint("`wharf` lists its stages");
    }
    let failure = Failure::script(format!("cannot write `{}`", path.display()));
    match path.parent() {
        Some(folder) if !folder.is_dir() => {
            failure.because(format!("there is no folder `{}`", folder.display()))
        }
        _ => failure.because(error.kind().to_string()),
    }
}
