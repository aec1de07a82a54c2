//! Whether a person really wants effects to happen on every change.

use std::io::{IsTerminal, Write, stderr, stdin};

use crate::effect::Effect;
use crate::failure::{Failure, Kind};

/// Asks once, unless nothing is allowed or the answer was given; refuses where nobody can answer.
pub(super) fn ask(allowed: &[Effect], yes: bool) -> Result<(), Failure> {
    if allowed.is_empty() || yes {
        return Ok(());
    }
    let names: Vec<_> = allowed.iter().map(|effect| effect.name()).collect();
    let names = names.join(" and ");
    if !stdin().is_terminal() || !stderr().is_terminal() {
        let failure = Failure::new(
            Kind::Refused,
            format!("nobody can be asked whether to {names} on every change"),
        );
        return Err(failure.hint("`--yes` answers"));
    }
    // A person who cannot be asked does not answer either.
    let _ = write!(stderr(), "really {names} on every change? [y/N] ");
    let _ = stderr().flush();
    let mut answer = String::new();
    let read = stdin().read_line(&mut answer);
    let agreed = ["y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    if read.is_ok() && agreed {
        return Ok(());
    }
    Err(Failure::new(Kind::Refused, "declined"))
}
