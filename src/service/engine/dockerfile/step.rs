//! From the name that BuildKit gives a step back to the instruction. `[web 3/5] COPY a.txt /` is the
//! third step of the stage `web`; the text behind it has its variables replaced, so that it need
//! not stand in the file.

use super::{Dockerfile, Instruction};

/// The instructions that BuildKit makes a step of.
const STEPS: &[&str] = &["ADD", "COPY", "RUN", "WORKDIR"];

impl Dockerfile {
    pub(crate) fn step(&self, name: &str) -> Option<&Instruction> {
        let text = without_number(name);
        let keyword = text.split_whitespace().next()?;
        self.numbered(name)
            .filter(|found| found.keyword == keyword)
            .or_else(|| {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                self.instructions.iter().find(|one| one.text() == text)
            })
    }

    fn numbered(&self, name: &str) -> Option<&Instruction> {
        let (place, _) = name.strip_prefix('[')?.split_once("] ")?;
        let (stage, number) = place.rsplit_once(' ').unwrap_or(("", place));
        let number: usize = number.split_once('/')?.0.parse().ok()?;
        // With several platforms the platform stands before the stage.
        let stage = stage.rsplit(' ').next().unwrap_or_default();
        let mut steps = self.stage(stage)?.filter(|one| {
            one.keyword == "FROM" && self.is_pulled(one) || STEPS.contains(&one.keyword.as_str())
        });
        steps.nth(number.checked_sub(1)?)
    }

    /// The instructions of a stage, its `FROM` first. An only stage is not named in a step, one
    /// without a name of its own is `stage-1`, counted from 0.
    fn stage(&self, name: &str) -> Option<impl Iterator<Item = &Instruction>> {
        let starts: Vec<usize> = (0..self.instructions.len())
            .filter(|index| self.instructions[*index].keyword == "FROM")
            .collect();
        let number = name.strip_prefix("stage-").and_then(|n| n.parse().ok());
        let named = |start: &usize| {
            let own = self.instructions[*start].stage();
            own.is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        let index = match name {
            "" => Some(0),
            _ => starts.iter().position(named).or(number),
        };
        let start = *starts.get(index?)?;
        let body = self.instructions[start + 1..].iter();
        let body = body.take_while(|one| one.keyword != "FROM");
        Some(self.instructions[start..=start].iter().chain(body))
    }

    /// Whether a `FROM` names an image rather than nothing or a stage before it.
    fn is_pulled(&self, from: &Instruction) -> bool {
        let base = from.base().unwrap_or_default();
        let mut before = self.stages_before(from.line);
        base != "scratch" && !before.any(|stage| stage.eq_ignore_ascii_case(base))
    }
}

/// `RUN make` of `[2/5] RUN make`.
pub(crate) fn without_number(name: &str) -> &str {
    name.strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
        .map_or(name, |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use crate::service::engine::dockerfile::parse;

    #[test]
    fn a_step_is_found_by_its_number_and_stage() {
        let one = "FROM x\nENV a=b\nRUN same\nRUN same\nCOPY $a /";
        let many = "ARG V\nFROM x AS base\nRUN a\nFROM base\nRUN b\nFROM scratch AS last\nCOPY --from=base /a /\n";
        for (text, step, expected) in [
            (one, "[1/4] FROM docker.io/library/x", Some(1)),
            (one, "[2/4] RUN same", Some(3)),
            (one, "[3/4] RUN same", Some(4)),
            (one, "[4/4] COPY b /", Some(5)),
            (one, "[9/9] COPY b /", None),
            (one, "exporting to image", None),
            (many, "[base 2/2] RUN a", Some(3)),
            (many, "[stage-1 1/1] RUN b", Some(5)),
            (
                many,
                "[linux/amd64 last 1/1] COPY --from=base /a /",
                Some(7),
            ),
        ] {
            let made = parse(text).expect("a Dockerfile");
            assert_eq!(made.step(step).map(|one| one.line), expected, "{step}");
        }
    }
}
