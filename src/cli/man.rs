//! `wharf man`: the manual pages, made of the same words as `--help`.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::Done;
use super::arguments::{Arguments, ManOptions};
use crate::failure::{Failure, nearest};
use crate::service::files::replace;

/// What every page says it belongs to.
const SOURCE: &str = concat!("wharf ", env!("CARGO_PKG_VERSION"));

pub(super) fn man(options: &ManOptions) -> Done {
    let mut all = Arguments::command().disable_help_subcommand(true);
    all.build();
    let pages = pages(&all);
    if let Some(folder) = &options.to {
        return write(folder, &pages).map_err(Arc::new);
    }
    let wanted = match &options.command {
        Some(command) => format!("wharf-{command}"),
        None => "wharf".to_owned(),
    };
    let Some((_, page)) = pages.iter().find(|(name, _)| *name == wanted) else {
        return Err(Arc::new(unknown(&wanted, &pages)));
    };
    // A closed pipe wants no more lines.
    let _ = std::io::stdout().lock().write_all(page);
    Ok(())
}

type Page = (String, Vec<u8>);

/// The page of `command`, and those of all commands below it.
fn pages(command: &Command) -> Vec<Page> {
    let mut text = Vec::new();
    // Writing into memory does not fail.
    let _ = Man::new(command.clone()).source(SOURCE).render(&mut text);
    let name = command.get_display_name().unwrap_or(command.get_name());
    let below = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set());
    let own = std::iter::once((name.to_owned(), text));
    own.chain(below.flat_map(pages)).collect()
}

fn write(folder: &Path, pages: &[Page]) -> Result<(), Failure> {
    for (name, page) in pages {
        let path = folder.join(format!("{name}.1"));
        replace(&path, page).map_err(|error| {
            Failure::script(format!("cannot write `{}`", path.display())).because(error.to_string())
        })?;
    }
    Ok(())
}

fn unknown(wanted: &str, pages: &[Page]) -> Failure {
    let names = pages
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("wharf-"));
    let wanted = wanted.trim_start_matches("wharf-");
    let failure = Failure::script(format!("there is no command `{wanted}`"));
    match nearest(wanted, names) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`wharf --help` lists them"),
    }
}
