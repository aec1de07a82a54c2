//! Lines to instructions, by the rules of BuildKit's `frontend/dockerfile/parser`.

use super::{Dockerfile, Instruction, ParseError};

const KEYWORDS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Reads a Dockerfile and checks its order. One that names a frontend of its own in `# syntax=` may
/// speak another language and is only split into lines.
pub(crate) fn parse(text: &str) -> Result<Dockerfile, ParseError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let directives = Directives::read(text)?;
    let instructions = split(text, directives.escape)?;
    if directives.docker_syntax {
        check(&instructions)?;
    }
    Ok(Dockerfile { instructions })
}

fn check(instructions: &[Instruction]) -> Result<(), ParseError> {
    let Some(first) = instructions.iter().find(|one| one.keyword != "ARG") else {
        return Err(ParseError {
            line: None,
            reason: "it has no `FROM`".to_owned(),
            hint: None,
        });
    };
    for one in instructions {
        if !KEYWORDS.contains(&one.keyword.as_str()) {
            let near = crate::failure::nearest(&one.keyword, KEYWORDS.iter().copied());
            return Err(ParseError {
                line: Some(one.line),
                reason: format!("`{}` is not an instruction", one.keyword),
                hint: near.map(|near| format!("did you mean `{near}`?")),
            });
        }
        if one.arguments.is_empty() {
            return Err(wrong(
                one.line,
                format!("nothing follows `{}`", one.keyword),
            ));
        }
    }
    if first.keyword != "FROM" {
        let reason = format!("`{}` comes before the first `FROM`", first.keyword);
        return Err(wrong(first.line, reason));
    }
    for one in instructions.iter().filter(|one| one.keyword == "FROM") {
        let words = one.arguments.split_whitespace();
        let words: Vec<_> = words.filter(|word| !word.starts_with("--")).collect();
        let named = matches!(words[..], [_, r#as, _] if r#as.eq_ignore_ascii_case("as"));
        if words.len() != 1 && !named {
            let reason = "`FROM` takes an image, or an image `AS` a name".to_owned();
            return Err(wrong(one.line, reason));
        }
    }
    Ok(())
}

struct Directives {
    escape: char,
    docker_syntax: bool,
}

impl Directives {
    /// `# name=value` lines at the very top.
    fn read(text: &str) -> Result<Self, ParseError> {
        let mut found = Self {
            escape: '\\',
            docker_syntax: true,
        };
        for (index, line) in text.lines().enumerate() {
            let directive = line.trim().strip_prefix('#');
            let Some((name, value)) = directive.and_then(|line| line.split_once('=')) else {
                break;
            };
            match (name.trim().to_ascii_lowercase().as_str(), value.trim()) {
                ("escape", "\\") | ("check", _) => {}
                ("escape", "`") => found.escape = '`',
                ("escape", other) => {
                    let reason =
                        format!("the escape character is a backslash or a backtick, not {other}");
                    return Err(wrong(index + 1, reason));
                }
                ("syntax", frontend) => {
                    let known = ["docker/dockerfile", "docker.io/docker/dockerfile"];
                    found.docker_syntax = known.iter().any(|known| frontend.starts_with(known));
                }
                _ => break,
            }
        }
        Ok(found)
    }
}

fn split(text: &str, escape: char) -> Result<Vec<Instruction>, ParseError> {
    let mut found: Vec<Instruction> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if is_comment_or_empty(line) {
            continue;
        }
        let (mut joined, mut goes_on) = continued(line, escape);
        while goes_on {
            let Some((_, line)) = lines.next() else {
                break;
            };
            // Empty lines and comments in between belong to the instruction.
            if is_comment_or_empty(line) {
                continue;
            }
            let (more, more_follows) = continued(line, escape);
            joined.push_str(&more);
            goes_on = more_follows;
        }
        let joined = joined.trim();
        let (keyword, arguments) = joined
            .split_once(char::is_whitespace)
            .unwrap_or((joined, ""));
        let instruction = Instruction {
            keyword: keyword.to_ascii_uppercase(),
            arguments: arguments.trim().to_owned(),
            line: index + 1,
        };
        for end in here_documents(&instruction) {
            if !lines.any(|(_, line)| end.closes(line)) {
                let reason = format!("the here-document `<<{}` is not closed", end.word);
                return Err(wrong(instruction.line, reason));
            }
        }
        found.push(instruction);
    }
    Ok(found)
}

fn is_comment_or_empty(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// The line without the escape at its end, and whether there was one.
fn continued(line: &str, escape: char) -> (String, bool) {
    match line.trim_end().strip_suffix(escape) {
        Some(rest) => (rest.to_owned(), true),
        None => (line.to_owned(), false),
    }
}

struct HereDocument {
    word: String,
    /// `<<-`: the closing word may be indented with tabs.
    indented: bool,
}

impl HereDocument {
    fn closes(&self, line: &str) -> bool {
        let line = if self.indented {
            line.trim_start_matches('\t')
        } else {
            line
        };
        line == self.word
    }
}

/// `<<EOF`, `<<-"EOF"` and the like, in the instructions that may have them. `<<<` is none.
fn here_documents(instruction: &Instruction) -> Vec<HereDocument> {
    if !["RUN", "COPY", "ADD"].contains(&instruction.keyword.as_str()) {
        return Vec::new();
    }
    let words = instruction.arguments.split_whitespace();
    words
        .filter_map(|word| {
            let word = word.trim_start_matches(|char: char| char.is_ascii_digit());
            let rest = word.strip_prefix("<<")?;
            let (indented, rest) = match rest.strip_prefix('-') {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            let word = rest.trim_matches(['"', '\'']);
            let valid = |char: char| char.is_alphanumeric() || "._-".contains(char);
            (!word.is_empty() && word.chars().all(valid)).then(|| HereDocument {
                word: word.to_owned(),
                indented,
            })
        })
        .collect()
}

fn wrong(line: usize, reason: String) -> ParseError {
    ParseError {
        line: Some(line),
        reason,
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match parse(text) {
            Ok(made) => {
                let each = made.instructions.iter();
                let each = each.map(|one| format!("{}: {}", one.line, one.text()));
                each.collect::<Vec<_>>().join("; ")
            }
            Err(error) => match error.line {
                Some(line) => format!("{line}! {}", error.reason),
                None => error.reason,
            },
        }
    }

    #[test]
    fn instructions_keep_their_lines() {
        for (text, expected) in [
            (
                "# syntax=docker/dockerfile:1\n\nARG A=1\nfrom x as y\r\nRUN a && \\\n\n  # why\n    b\nCMD c",
                "3: ARG A=1; 4: FROM x as y; 5: RUN a && b; 9: CMD c",
            ),
            ("# escape=`\nFROM x\nRUN a `\n  b", "2: FROM x; 3: RUN a b"),
            (
                "FROM x\nRUN <<EOF\nFROMM y\nEOF\nCOPY <<-'A' <<B /d/\n\tA\nB\nUSER z",
                "1: FROM x; 2: RUN <<EOF; 5: COPY <<-'A' <<B /d/; 8: USER z",
            ),
            ("# syntax=example/other\nTHING y", "2: THING y"),
            ("FROM x\nRUN a \\\n", "1: FROM x; 2: RUN a"),
        ] {
            assert_eq!(told(text), expected);
        }
    }

    #[test]
    fn what_cannot_be_built_is_an_error_with_its_line() {
        for (text, expected) in [
            ("", "it has no `FROM`"),
            ("ARG a", "it has no `FROM`"),
            ("RUN x\nFROM y", "1! `RUN` comes before the first `FROM`"),
            ("FROM x\nRUNN y", "2! `RUNN` is not an instruction"),
            ("FROM x\nRUN", "2! nothing follows `RUN`"),
            (
                "FROM x y",
                "1! `FROM` takes an image, or an image `AS` a name",
            ),
            (
                "FROM x\nRUN <<END\nend",
                "2! the here-document `<<END` is not closed",
            ),
            (
                "# escape=x\nFROM x",
                "1! the escape character is a backslash or a backtick, not x",
            ),
        ] {
            assert_eq!(told(text), expected);
        }
    }

    #[test]
    fn secrets_and_bases_are_found() {
        let made = parse(
            "FROM python:3.12 AS base\nRUN --mount=type=secret,id=pip \\\n  make\nRUN --mount=type=secret,target=/run/tok x",
        )
        .expect("a Dockerfile");
        let secrets: Vec<_> = made
            .secrets()
            .into_iter()
            .map(|one| (one.id, one.line))
            .collect();
        assert_eq!(secrets, [("pip".to_owned(), 2), ("tok".to_owned(), 4)]);
        let from = made.from("docker.io/library/python:3.12");
        assert_eq!(from.map(|from| from.line), Some(1));
    }
}
