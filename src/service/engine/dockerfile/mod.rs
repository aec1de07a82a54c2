//! As much of a Dockerfile as wharf reads itself: which instruction stands on which line. What the
//! instructions mean is the engine's business.

mod read;

pub(crate) use read::parse;

/// A Dockerfile whose instructions are known and in an order that can be built.
#[derive(Debug)]
pub(crate) struct Dockerfile {
    pub(crate) instructions: Vec<Instruction>,
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
    /// As one line.
    pub(crate) fn text(&self) -> String {
        format!("{} {}", self.keyword, self.arguments)
    }
}

impl Dockerfile {
    /// The instruction that a step of an engine's progress is about, by the text the engine gives
    /// it (`RUN make`, `FROM docker.io/library/python:3.12`).
    pub(crate) fn named(&self, step: &str) -> Option<&Instruction> {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let step = words(step);
        self.instructions
            .iter()
            .find(|instruction| words(&instruction.text()) == step)
    }

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
