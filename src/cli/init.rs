//! `wharf init`: a first script for the kind of project there is.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Done;
use super::arguments::{InitOptions, Kind as ProjectKind, Place};
use crate::failure::Failure;
use crate::script::{self, FILE_NAME};

/// Each kind's pipeline, as it stands in `scripts/`.
fn pipeline(kind: ProjectKind) -> &'static str {
    match kind {
        ProjectKind::Django => include_str!("../../scripts/django.rhai"),
        ProjectKind::Rust => include_str!("../../scripts/rust.rhai"),
        ProjectKind::Node => include_str!("../../scripts/node.rhai"),
        ProjectKind::Static => include_str!("../../scripts/static.rhai"),
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
    let (kind, why) = match options.kind {
        Some(kind) => (kind, "as asked"),
        None => detect(&folder).ok_or_else(|| {
            Arc::new(
                Failure::script("cannot tell what kind of project this is")
                    .hint("name it: `wharf init --kind django`, `rust`, `node` or `static`"),
            )
        })?,
    };
    let path = folder.join(place.file.as_deref().unwrap_or(Path::new(FILE_NAME)));
    write_new(&path, pipeline(kind)).map_err(|error| Arc::new(refusal(&path, &error)))?;
    // The file is there; that nobody reads this is no failure.
    let _ = writeln!(
        std::io::stderr(),
        "wrote {} ({why}); `wharf` lists its stages, `wharf run --rehearse` tries them",
        path.display()
    );
    Ok(())
}

fn detect(folder: &Path) -> Option<(ProjectKind, &'static str)> {
    [
        ("manage.py", ProjectKind::Django, "there is a manage.py"),
        ("Cargo.toml", ProjectKind::Rust, "there is a Cargo.toml"),
        ("package.json", ProjectKind::Node, "there is a package.json"),
        ("index.html", ProjectKind::Static, "there is an index.html"),
        (
            "public/index.html",
            ProjectKind::Static,
            "there is a public/index.html",
        ),
    ]
    .into_iter()
    .find(|(file, _, _)| folder.join(file).exists())
    .map(|(_, kind, why)| (kind, why))
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
