//! A person says whether an effect may leave the machine.

use std::io::{self, BufRead, IsTerminal, Write};

use serde_json::Value;

use crate::action::{Descriptor, Effect};
use crate::failure::{Failure, Kind};
use crate::line::harmless;
use crate::report::Colour;
use crate::secret::Secrets;

/// Asks the person at the terminal; refuses where there is none.
pub(super) fn ask(
    action: &Descriptor,
    effect: Effect,
    options: &Value,
    secrets: &Secrets,
) -> Result<(), Failure> {
    let refused = Failure::new(Kind::Refused, format!("`{}` was not done", action.name));
    let mut stderr = io::stderr();
    if !io::stdin().is_terminal() || !stderr.is_terminal() {
        return Err(refused
            .because(format!(
                "its effect is `{}` and nobody is there to be asked",
                effect.name()
            ))
            .hint("`--yes` lets it happen, `--rehearse` plays it on this machine"));
    }
    let about = harmless(&about(action, options), false, secrets);
    let what = Colour::of(&stderr).strong(action.name);
    let what = format!("{what} {about}");
    let question = format!("{} will {}. [y]es, [n]o? ", what.trim_end(), effect.name());
    loop {
        // Who sees no question answers none.
        let _ = stderr.write_all(question.as_bytes());
        let mut line = String::new();
        match (io::stdin().lock().read_line(&mut line), line.trim()) {
            (Ok(1..), "y" | "yes") => return Ok(()),
            (Ok(0) | Err(_), _) | (_, "n" | "no" | "") => {
                return Err(refused.because("the answer was no"));
            }
            _ => {}
        }
    }
}

/// More of it is cut off, in characters.
const LONGEST: usize = 80;

/// The natural argument on one line, such as an image.
fn about(action: &Descriptor, options: &Value) -> String {
    let given = action.natural.and_then(|natural| options.get(natural));
    let text = match given {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(words)) => {
            let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
            words.join(" ")
        }
        _ => String::new(),
    };
    let line = text.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(LONGEST).collect();
    if short.len() < text.trim_end().len() {
        short.push('…');
    }
    short
}
