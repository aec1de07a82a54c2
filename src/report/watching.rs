//! What a watch tells between and around its runs: a line of each.

use super::style::Colour;
use crate::event::Watched;

pub(super) fn line(watched: &Watched, colour: Colour) -> String {
    match watched {
        Watched::Ready {
            folders,
            allowed,
            rehearsal,
        } => {
            let noun = if *folders == 1 { "folder" } else { "folders" };
            let effects = if *rehearsal {
                "publish, deploy and notify are played against stand-ins".to_owned()
            } else if allowed.is_empty() {
                "publish, deploy and notify are held".to_owned()
            } else {
                let names: Vec<_> = allowed.iter().map(|effect| effect.name()).collect();
                format!("allowed: {}", names.join(", "))
            };
            colour.faint(&format!("watching {folders} {noun}; {effects}"))
        }
        Watched::Triggered { what, .. } => colour.strong(&format!("↻ {what}")),
        Watched::Superseded { what } => {
            colour.attention(&format!("changed during the run: {what}"))
        }
        Watched::Queued { what } => colour.faint(&format!(
            "changed during the run: {what}; another run follows"
        )),
        Watched::Waiting { what } => colour.faint(&format!("waiting until {what} is over")),
        Watched::Loop { stage, paths } => {
            let paths: Vec<_> = paths
                .iter()
                .map(|path| format!("`{}`", path.display()))
                .collect();
            let text = format!(
                "a loop: {} changed each time `{stage}` ran, which started it again; such a change \
                 starts nothing any more. Name it in the `outputs` of the stage that writes it, or \
                 in `.wharfignore`",
                paths.join(", ")
            );
            format!("{} {text}", colour.attention("warning:"))
        }
        Watched::Told { text } => text.clone(),
        Watched::Warned { text } => format!("{} {text}", colour.attention("warning:")),
    }
}
