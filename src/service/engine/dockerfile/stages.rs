//! What the stages of a Dockerfile start from and copy.

use std::collections::BTreeMap;

use super::{Dockerfile, Instruction, ParseError};
use crate::service::registry::Reference;

/// `ARG`s of BuildKit's own that a `FROM` can use without declaring them.
const PREDEFINED: [&str; 8] = [
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
];

/// A file of the context that an instruction copies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Source<'a> {
    pub(crate) instruction: &'a Instruction,
    /// From the context's root.
    pub(crate) path: String,
}

impl Dockerfile {
    /// Whether each image that is needed for the stage `target` can be one.
    pub(crate) fn check_images(
        &self,
        target: Option<&str>,
        build_args: &BTreeMap<String, String>,
    ) -> Result<(), ParseError> {
        let globals = self.globals(build_args);
        for (number, stage) in self.needed(target) {
            for one in stage {
                let named = match one.base() {
                    Some(base) => expand(base, &globals),
                    None => one.copied_from().map(str::to_owned),
                };
                let Some(named) = named.filter(|named| self.stage_number(named, number).is_none())
                else {
                    continue;
                };
                image(one, &named)?;
            }
        }
        Ok(())
    }

    /// What the stages needed for `target` copy from the context by a plain path.
    pub(crate) fn sources(&self, target: Option<&str>) -> Vec<Source<'_>> {
        let copies = self.needed(target).into_iter().flat_map(|(_, stage)| stage);
        let copies = copies.filter(|one| one.copied_from().is_none());
        let sources = copies.flat_map(|instruction| {
            let mut words = instruction.copied().unwrap_or_default();
            words.pop();
            words
                .into_iter()
                .map(move |path| Source { instruction, path })
        });
        let elsewhere = ["<<", "http://", "https://", "git@", "git://", "ssh://"];
        sources
            .filter(|one| !one.path.contains(['$', '*', '?', '[', '\\']))
            .filter(|one| !elsewhere.iter().any(|begin| one.path.starts_with(begin)))
            .collect()
    }

    /// The stages that `target` starts from and copies from, itself among them; the last stage's
    /// if it is not given.
    fn needed(&self, target: Option<&str>) -> Vec<(usize, &[Instruction])> {
        let instructions = if self.foreign {
            &[]
        } else {
            &self.instructions[..]
        };
        let stages: Vec<_> = instructions
            .chunk_by(|_, next| next.keyword != "FROM")
            .filter(|stage| stage[0].keyword == "FROM")
            .collect();
        let last = stages.len().saturating_sub(1);
        let target = target.and_then(|name| self.stage_number(name, stages.len()));
        let mut wanted = vec![target.unwrap_or(last)];
        let mut found = BTreeMap::new();
        while let Some(number) = wanted.pop() {
            let Some(stage) = stages.get(number).filter(|_| !found.contains_key(&number)) else {
                continue;
            };
            found.insert(number, *stage);
            let names = stage.iter().flat_map(Instruction::named_images);
            wanted.extend(names.filter_map(|name| self.stage_number(name, number)));
        }
        found.into_iter().collect()
    }

    /// Which of the first `count` stages this names, by name or number.
    fn stage_number(&self, name: &str, count: usize) -> Option<usize> {
        let from = self.instructions.iter().filter(|one| one.keyword == "FROM");
        let stages: Vec<_> = from.take(count).collect();
        let is_it = |one: &&Instruction| {
            let own = one.stage();
            own.is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        let number = || name.parse().ok().filter(|number| *number < stages.len());
        stages.iter().rposition(is_it).or_else(number)
    }

    /// The `ARG`s before the first `FROM`, those without a value as an empty text.
    fn globals(&self, build_args: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let before = self
            .instructions
            .iter()
            .take_while(|one| one.keyword == "ARG");
        let mut found = BTreeMap::new();
        for word in before.flat_map(|one| one.arguments.split_whitespace()) {
            let (name, default) = word.split_once('=').unwrap_or((word, ""));
            let default = default.trim_matches(['"', '\'']);
            let value = match build_args.get(name) {
                Some(given) => Some(given.clone()),
                None => expand(default, &found),
            };
            // A default that cannot be read here is some text.
            found.insert(name.to_owned(), value.unwrap_or_else(|| "x".to_owned()));
        }
        found
    }
}

impl Instruction {
    /// All that may name a stage: what it starts from, what it copies or mounts from.
    fn named_images(&self) -> impl Iterator<Item = &str> {
        let mounts = self.flags().filter_map(|flag| flag.strip_prefix("mount="));
        let mounts = mounts.flat_map(|mount| mount.split(','));
        let mounted = mounts.filter_map(|field| field.strip_prefix("from="));
        self.base()
            .into_iter()
            .chain(self.copied_from())
            .chain(mounted)
    }

    fn copied_from(&self) -> Option<&str> {
        let from = self.flags().find_map(|flag| flag.strip_prefix("from="));
        from.filter(|_| self.keyword == "COPY")
    }
}

fn image(one: &Instruction, named: &str) -> Result<(), ParseError> {
    let wrong = |reason, hint: Option<&str>| ParseError {
        line: Some(one.line),
        reason,
        hint: hint.map(str::to_owned),
    };
    if named.is_empty() {
        let base = one.base().unwrap_or_default();
        let reason =
            format!("`{base}` is empty: it is no `ARG` with a value before the first `FROM`");
        let hint = "give the `ARG` a value there, or one in `build_args`";
        return Err(wrong(reason, Some(hint)));
    }
    match Reference::parse(named) {
        Err(error) if named != "scratch" && !named.contains('$') => {
            Err(wrong(error.to_string(), None))
        }
        _ => Ok(()),
    }
}

/// The text with its variables replaced; nothing where it uses more than `$A`, `${A}`, `${A:-b}` and
/// `${A:+b}`.
fn expand(text: &str, globals: &BTreeMap<String, String>) -> Option<String> {
    let mut made = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        made.push_str(before);
        let (inner, next) = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}')?,
            None => after.split_at(
                after
                    .find(|char: char| !char.is_ascii_alphanumeric() && char != '_')
                    .unwrap_or(after.len()),
            ),
        };
        let end = inner.find(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        let (name, modifier) = inner.split_at(end.unwrap_or(inner.len()));
        if PREDEFINED.contains(&name) {
            return None;
        }
        let value = globals.get(name).filter(|value| !value.is_empty());
        let word = |prefix: &str| {
            modifier
                .strip_prefix(prefix)
                .filter(|word| !word.contains('$'))
        };
        if modifier.is_empty() {
            made.push_str(value.map_or("", String::as_str));
        } else if let Some(word) = word(":-") {
            made.push_str(value.map_or(word, String::as_str));
        } else if let Some(word) = word(":+") {
            made.push_str(value.map_or("", |_| word));
        } else {
            return None;
        }
        rest = next;
    }
    made.push_str(rest);
    Some(made)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::parse;

    fn told(text: &str, target: Option<&str>) -> String {
        let args = BTreeMap::from([("GIVEN".to_owned(), "1".to_owned())]);
        let made = parse(text).expect("a Dockerfile");
        match made.check_images(target, &args) {
            Ok(()) => {
                let sources = made.sources(target).into_iter().map(|one| one.path);
                sources.collect::<Vec<_>>().join(" ")
            }
            Err(error) => format!("{}! {}", error.line.unwrap_or_default(), error.reason),
        }
    }

    #[test]
    fn an_image_that_none_can_be_is_an_error_with_its_line() {
        let empty = "it is no `ARG` with a value before the first `FROM`";
        for (text, expected) in [
            ("FROM $Y", format!("1! `$Y` is empty: {empty}")),
            ("ARG Y\nFROM ${Y}", format!("2! `${{Y}}` is empty: {empty}")),
            (
                "ARG GIVEN=\nFROM x\nARG Z=1\nFROM $Z",
                format!("4! `$Z` is empty: {empty}"),
            ),
            (
                "FROM x:$Y",
                "1! `x:` is not an image reference, which is `[HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST]`".to_owned(),
            ),
            (
                "FROM x\nCOPY --from=ZZZ a b",
                "2! `ZZZ` is not an image reference: a repository is written in lowercase"
                    .to_owned(),
            ),
        ] {
            assert_eq!(told(text, None), expected);
        }
    }

    #[test]
    fn what_the_stages_that_are_needed_copy_is_found() {
        let stages = "FROM x AS Base\nCOPY a b/ /\nFROM x AS unused\nCOPY c /\nFROM base\nCOPY --from=0 d /\nADD [\"e f\", \"/\"]";
        assert_eq!(told(stages, None), "a b/ e f");
        assert_eq!(told(stages, Some("unused")), "c");
        let quoted = "FROM x\nCOPY \"requirements.txt\" 'it\"s' ./";
        assert_eq!(told(quoted, None), "requirements.txt it\"s");
        for text in [
            "ARG GIVEN\nFROM x:$GIVEN",
            "ARG V=1\nARG W=x:$V\nFROM ${W:-y}\nFROM ${NONE:-y}",
            "FROM scratch\nCOPY --from=python:3.12 --link a /\nCOPY <<A /\nA\nADD https://x/y *.txt $Z /",
            "FROM x-$TARGETARCH",
            "# syntax=another/frontend\nFROM UPPER",
        ] {
            assert_eq!(told(text, None), "", "{text}");
        }
    }
}
