//! As much of a Dockerfile as wharf reads itself: which instruction stands on which line. What the
//! instructions mean is the engine's business.

mod read;
mod rules;
mod stages;
mod step;
mod words;

pub(crate) use read::parse;
pub(crate) use step::without_number;
use words::{unquoted, words};

/// A Dockerfile whose instructions are known and in an order that can be built.
#[derive(Debug)]
pub(crate) struct Dockerfile {
    pub(crate) instructions: Vec<Instruction>,
    /// Whether a frontend reads it that may know another language.
    foreign: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    /// Upper case.
    pub(crate) keyword: String,
    /// What follows it, lines joined, without comments and here-documents.
    pub(crate) arguments: String,
    /// The first of its lines, from 1.
    pub(crate) line: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ParseError {
    /// From 1; none where it is the file as a whole.
    pub(crate) line: Option<usize>,
    pub(crate) reason: String,
    pub(crate) hint: Option<String>,
}

/// A secret that an instruction asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SecretMount {
    pub(crate) id: String,
    pub(crate) line: usize,
}

impl Instruction {
    /// One as it stands in a text.
    fn of(text: &str, line: usize) -> Self {
        let text = text.trim();
        let (keyword, arguments) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        Self {
            keyword: keyword.to_ascii_uppercase(),
            arguments: arguments.trim().to_owned(),
            line,
        }
    }

    /// The flags before the operands, without their dashes: `from=build`.
    fn flags(&self) -> impl Iterator<Item = &str> {
        let words = self.arguments.split_whitespace();
        words.map_while(|word| word.strip_prefix("--").filter(|name| !name.is_empty()))
    }

    /// What follows the flags.
    fn operands(&self) -> &str {
        let mut rest = self.arguments.as_str();
        for flag in self.flags() {
            rest = rest.trim_start()["--".len() + flag.len()..].trim_start();
        }
        rest
    }

    /// The sources and the destination of a `COPY` or `ADD`.
    fn copied(&self) -> Option<Vec<String>> {
        if !["COPY", "ADD"].contains(&self.keyword.as_str()) {
            return None;
        }
        let operands = self.operands();
        let array = serde_json::from_str(operands).ok();
        Some(array.unwrap_or_else(|| words(operands).into_iter().map(unquoted).collect()))
    }

    /// The image of a `FROM` that is an image or a stage.
    pub(crate) fn base(&self) -> Option<&str> {
        let mut words = self.arguments.split_whitespace();
        (self.keyword == "FROM")
            .then(|| words.find(|word| !word.starts_with("--")))
            .flatten()
    }

    /// The name that a `FROM` gives its stage.
    pub(crate) fn stage(&self) -> Option<&str> {
        let mut words = self.arguments.split_whitespace();
        words.find(|word| self.keyword == "FROM" && word.eq_ignore_ascii_case("as"))?;
        words.next()
    }

    /// As one line, with single spaces.
    pub(crate) fn text(&self) -> String {
        let words = self.arguments.split_whitespace();
        let words: Vec<_> = [self.keyword.as_str()].into_iter().chain(words).collect();
        words.join(" ")
    }
}

impl Dockerfile {
    /// The `FROM` that names `image`, which an engine may have written out in full.
    pub(crate) fn from(&self, image: &str) -> Option<&Instruction> {
        let short = image
            .trim_start_matches("docker.io/")
            .trim_start_matches("library/");
        let plain = short.strip_suffix(":latest").unwrap_or(short);
        self.instructions.iter().find(|instruction| {
            let mut words = instruction.arguments.split_whitespace();
            instruction.keyword == "FROM" && words.any(|word| [image, short, plain].contains(&word))
        })
    }

    /// What the stages start from, other stages among it.
    pub(crate) fn bases(&self) -> impl Iterator<Item = &str> {
        self.instructions.iter().filter_map(Instruction::base)
    }

    /// The names of the stages that have one.
    pub(crate) fn stages(&self) -> impl Iterator<Item = &str> {
        self.stages_before(usize::MAX)
    }

    fn stages_before(&self, line: usize) -> impl Iterator<Item = &str> {
        let before = self.instructions.iter().filter(move |one| one.line < line);
        before.filter_map(Instruction::stage)
    }

    /// Whether a build can end with the stage `target`, which is a name or a number from 0.
    pub(crate) fn has_stage(&self, target: &str) -> bool {
        let from = self.instructions.iter().filter(|one| one.keyword == "FROM");
        target
            .parse::<usize>()
            .is_ok_and(|number| number < from.count())
            || self
                .stages()
                .any(|stage| stage.eq_ignore_ascii_case(target))
    }

    /// The secrets that are mounted somewhere; where one has no `id`, its target names it.
    pub(crate) fn secrets(&self) -> Vec<SecretMount> {
        let mut found = Vec::new();
        for instruction in &self.instructions {
            for word in instruction.arguments.split_whitespace() {
                let Some(mount) = word.strip_prefix("--mount=") else {
                    continue;
                };
                let field = |name: &str| {
                    let fields = mount.split(',').filter_map(|field| field.split_once('='));
                    fields.into_iter().find(|(key, _)| *key == name)
                };
                let target = field("target").or_else(|| field("dst"));
                let named = field("id").or(target).map(|(_, value)| value);
                if let (Some((_, "secret")), Some(named)) = (field("type"), named) {
                    found.push(SecretMount {
                        id: named.rsplit('/').next().unwrap_or(named).to_owned(),
                        line: instruction.line,
                    });
                }
            }
        }
        found
    }
}
