//! What may follow each instruction, by BuildKit's `frontend/dockerfile/instructions`.

use super::words::words;
use super::{Instruction, ParseError};
use crate::failure::nearest;
use crate::service::engine::platform::is_platform;

/// An instruction, the flags it takes, and what its arguments have to be.
struct Rule(
    &'static str,
    &'static [&'static str],
    fn(&Instruction) -> Told,
);

type Told = Result<(), String>;

const RULES: &[Rule] = &[
    Rule(
        "ADD",
        &[
            "chown",
            "chmod",
            "link",
            "keep-git-dir",
            "checksum",
            "exclude",
            "unpack",
        ],
        copy,
    ),
    Rule("ARG", &[], any),
    Rule("CMD", &[], any),
    Rule(
        "COPY",
        &["from", "chown", "chmod", "link", "parents", "exclude"],
        copy,
    ),
    Rule("ENTRYPOINT", &[], any),
    Rule("ENV", &[], pairs),
    Rule("EXPOSE", &[], ports),
    Rule("FROM", &["platform"], from),
    Rule(
        "HEALTHCHECK",
        &[
            "interval",
            "timeout",
            "start-period",
            "start-interval",
            "retries",
        ],
        healthcheck,
    ),
    Rule("LABEL", &[], pairs),
    Rule("MAINTAINER", &[], any),
    Rule("ONBUILD", &[], any),
    Rule("RUN", &["mount", "network", "security", "device"], any),
    Rule("SHELL", &[], shell),
    Rule("STOPSIGNAL", &[], any),
    Rule("USER", &[], any),
    Rule("VOLUME", &[], any),
    Rule("WORKDIR", &[], any),
];

/// Whether an instruction is one. Flags are not looked at where a frontend may know more of them
/// than are told here.
pub(super) fn check(one: &Instruction, all_flags_known: bool) -> Result<(), ParseError> {
    let wrong = |reason, hint| ParseError {
        line: Some(one.line),
        reason,
        hint,
    };
    let near = |name: &str, names: &[&'static str], begin: &str| {
        let near = nearest(name, names.iter().copied());
        near.map(|near| format!("did you mean `{begin}{near}`?"))
    };
    let Some(Rule(_, flags, rule)) = RULES.iter().find(|rule| rule.0 == one.keyword) else {
        let names: Vec<_> = RULES.iter().map(|rule| rule.0).collect();
        let reason = format!("`{}` is not an instruction", one.keyword);
        return Err(wrong(reason, near(&one.keyword, &names, "")));
    };
    if one.arguments.is_empty() {
        return Err(wrong(format!("nothing follows `{}`", one.keyword), None));
    }
    for flag in one.flags().filter(|_| all_flags_known) {
        let name = flag.split_once('=').map_or(flag, |(name, _)| name);
        if !flags.contains(&name) {
            let reason = format!("`{}` has no flag `--{name}`", one.keyword);
            return Err(wrong(reason, near(name, flags, "--")));
        }
    }
    if one.keyword == "ONBUILD" {
        return onbuild(one, all_flags_known);
    }
    rule(one).map_err(|reason| wrong(reason, None))
}

fn any(_: &Instruction) -> Told {
    Ok(())
}

fn onbuild(one: &Instruction, all_flags_known: bool) -> Result<(), ParseError> {
    let inner = Instruction::of(&one.arguments, one.line);
    if ["FROM", "MAINTAINER", "ONBUILD"].contains(&inner.keyword.as_str()) {
        return Err(ParseError {
            line: Some(one.line),
            reason: format!("`{}` cannot be the trigger of an `ONBUILD`", inner.keyword),
            hint: None,
        });
    }
    check(&inner, all_flags_known)
}

fn copy(one: &Instruction) -> Told {
    let enough = one.copied().is_some_and(|words| words.len() >= 2);
    let reason = || {
        format!(
            "`{}` takes at least a source and a destination",
            one.keyword
        )
    };
    enough.then_some(()).ok_or_else(reason)
}

/// `NAME=VALUE…`, or of old `NAME VALUE`.
fn pairs(one: &Instruction) -> Told {
    let words = words(one.operands());
    let is_pair = |word: &&str| word.find('=').is_some_and(|at| at > 0);
    let wrong = match &words[..] {
        [first, ..] if is_pair(first) => words.iter().find(|word| !is_pair(word)),
        [first] => Some(first),
        [first, ..] if first.contains('=') => Some(first),
        _ => None,
    };
    wrong.map_or(Ok(()), |word| Err(format!("`{word}` is not `NAME=VALUE`")))
}

/// `PORT`, `PORT-PORT`, either with `/tcp`, `/udp` or `/sctp`.
fn ports(one: &Instruction) -> Told {
    let is_port = |word: &str| {
        let (ports, protocol) = word.split_once('/').unwrap_or((word, "tcp"));
        let protocol = protocol.to_ascii_lowercase();
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let known = ["tcp", "udp", "sctp"].contains(&protocol.as_str());
        known && first.parse::<u16>().is_ok() && last.parse::<u16>().is_ok()
    };
    let words = words(one.operands());
    let fixed = words.iter().map(|word| word.trim_matches(['"', '\'']));
    // A host's side, `8080:80`, is let pass and has no effect.
    let mut fixed = fixed.filter(|word| !word.contains(['$', ':']));
    match fixed.find(|word| !is_port(word)) {
        Some(word) => Err(format!("`{word}` is not a port, such as `80` or `53/udp`")),
        None => Ok(()),
    }
}

fn healthcheck(one: &Instruction) -> Told {
    let inner = Instruction::of(one.operands(), one.line);
    match (inner.keyword.as_str(), inner.arguments.as_str()) {
        ("NONE", "") => Ok(()),
        ("CMD", command) if !command.is_empty() => Ok(()),
        _ => Err("`HEALTHCHECK` takes `NONE`, or `CMD` and a command".to_owned()),
    }
}

fn shell(one: &Instruction) -> Told {
    let words: Option<Vec<String>> = serde_json::from_str(one.operands()).ok();
    let reason = "`SHELL` takes an array in JSON, such as `[\"/bin/sh\", \"-c\"]`";
    words.map(drop).ok_or_else(|| reason.to_owned())
}

fn from(one: &Instruction) -> Told {
    let words: Vec<_> = one.operands().split_whitespace().collect();
    match words[..] {
        [_] => {}
        [_, r#as, name] if r#as.eq_ignore_ascii_case("as") => {
            let mut chars = name.chars();
            let begins = chars.next().is_some_and(|char| char.is_ascii_alphabetic());
            if !begins || !chars.all(|char| char.is_ascii_alphanumeric() || "-_.".contains(char)) {
                return Err(format!(
                    "`{name}` is not the name of a stage: a letter, then letters, digits, `-`, `_` and `.`"
                ));
            }
        }
        _ => return Err("`FROM` takes an image, or an image `AS` a name".to_owned()),
    }
    let platform = one.flags().find_map(|flag| flag.strip_prefix("platform="));
    match platform.filter(|platform| !platform.contains('$') && !is_platform(platform)) {
        Some(platform) => Err(format!(
            "`{platform}` is not a platform, such as `linux/arm64`"
        )),
        None => Ok(()),
    }
}
