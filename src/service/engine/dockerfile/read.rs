//! Lines to instructions, by the rules of BuildKit's `frontend/dockerfile/parser`.

use super::{Dockerfile, Instruction, ParseError, rules};

/// Reads a Dockerfile and checks its order. One that names a frontend of its own in `# syntax=` may
/// speak another language and is only split into lines.
pub(crate) fn parse(text: &str) -> Result<Dockerfile, ParseError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let directives = Directives::read(text)?;
    let instructions = split(text, directives.escape)?;
    if directives.docker_syntax {
        check(&instructions, directives.own_syntax)?;
    }
    Ok(Dockerfile {
        instructions,
        foreign: !directives.docker_syntax,
    })
}

fn check(instructions: &[Instruction], all_flags_known: bool) -> Result<(), ParseError> {
    let Some(first) = instructions.iter().find(|one| one.keyword != "ARG") else {
        return Err(ParseError {
            line: None,
            reason: "it has no `FROM`".to_owned(),
            hint: None,
        });
    };
    let each = instructions.iter();
    each.into_iter()
        .try_for_each(|one| rules::check(one, all_flags_known))?;
    if first.keyword != "FROM" {
        let reason = format!("`{}` comes before the first `FROM`", first.keyword);
        return Err(wrong(first.line, reason));
    }
    Ok(())
}

struct Directives {
    escape: char,
    docker_syntax: bool,
    /// Whether it is that of the engine itself.
    own_syntax: bool,
}

impl Directives {
    /// `# name=value` lines at the very top.
    fn read(text: &str) -> Result<Self, ParseError> {
        let mut found = Self {
            escape: '\\',
            docker_syntax: true,
            own_syntax: true,
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
                    found.own_syntax = false;
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
        let instruction = Instruction::of(&joined, index + 1);
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
                "FROM x\nCOPY --from=y a",
                "2! `COPY` takes at least a source and a destination",
            ),
            (
                "FROM x\nADD [\"a\"]",
                "2! `ADD` takes at least a source and a destination",
            ),
            ("FROM x\nCOPY --frm=y a b", "2! `COPY` has no flag `--frm`"),
            ("FROM x\nCMD --x y", "2! `CMD` has no flag `--x`"),
            (
                "FROM x\nONBUILD FROM y",
                "2! `FROM` cannot be the trigger of an `ONBUILD`",
            ),
            ("FROM x\nONBUILD RUNN y", "2! `RUNN` is not an instruction"),
            (
                "FROM x\nHEALTHCHECK --foo=1 CMD x",
                "2! `HEALTHCHECK` has no flag `--foo`",
            ),
            (
                "FROM x\nHEALTHCHECK --retries=1 curl",
                "2! `HEALTHCHECK` takes `NONE`, or `CMD` and a command",
            ),
            (
                "FROM x\nEXPOSE 80 abc",
                "2! `abc` is not a port, such as `80` or `53/udp`",
            ),
            ("FROM x\nENV A", "2! `A` is not `NAME=VALUE`"),
            ("FROM x\nENV A=\"b c\" D", "2! `D` is not `NAME=VALUE`"),
            ("FROM x\nLABEL =b", "2! `=b` is not `NAME=VALUE`"),
            (
                "FROM x\nSHELL sh -c",
                "2! `SHELL` takes an array in JSON, such as `[\"/bin/sh\", \"-c\"]`",
            ),
            (
                "FROM x AS X!",
                "1! `X!` is not the name of a stage: a letter, then letters, digits, `-`, `_` and `.`",
            ),
            (
                "FROM --platform=bogus x",
                "1! `bogus` is not a platform, such as `linux/arm64`",
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
    fn what_can_be_built_is_no_error() {
        for text in [
            "FROM x\nCOPY --from=y --chown=1:1 --link a b /",
            "FROM x\nCOPY [\"a b\", \"c\"]\nADD --checksum=sha256:1 https://x/y /",
            "# syntax=docker/dockerfile:2\nFROM x\nRUN --new=y z",
            "FROM x\nRUN --mount=type=cache,target=/c --network=none make --fast",
            "FROM x\nENV A b c\nENV A=b C='d e' F=\"g \\\" h\" I=j\\ k\nLABEL \"a.b\"=c",
            "FROM x\nEXPOSE 80 53/udp 7000-7010 $PORT 8080:80/TCP",
            "FROM x\nHEALTHCHECK NONE\nHEALTHCHECK --interval=5s CMD curl -f x",
            "FROM x\nONBUILD COPY . /\nSHELL [\"sh\", \"-c\"]\nCMD [\"--flag\"]\nSTOPSIGNAL 9",
            "FROM --platform=$BUILDPLATFORM x AS A_1.b\nFROM --platform=linux/arm/v7 y",
        ] {
            assert_eq!(parse(text).map(drop), Ok(()), "{text}");
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
