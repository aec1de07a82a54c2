//! Commands that need no shell: it would do nothing but execute them.

/// The words of `line`, if any shell takes it for one program and its arguments as they stand.
pub(super) fn words(line: &str) -> Option<Vec<&str>> {
    let words = line.split([' ', '\t']).filter(|word| !word.is_empty());
    let words: Vec<_> = words.collect();
    let program = words.first()?;
    let is_plain = words.iter().all(|word| word.bytes().all(stands_for_itself));
    (is_plain && !program.contains('=') && !OF_THE_SHELL.contains(program)).then_some(words)
}

fn stands_for_itself(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"%+,-./:=@_".contains(&byte)
}

/// What some shell does itself, and not as the program of that name would, or for which there is no
/// program: the words of POSIX's grammar and its built-in utilities, and those of dash and bash.
/// `true` and `false` are the same either way.
const OF_THE_SHELL: &[&str] = &[
    ".",
    ":",
    "alias",
    "bg",
    "bind",
    "break",
    "builtin",
    "caller",
    "case",
    "cd",
    "chdir",
    "command",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "coproc",
    "declare",
    "dirs",
    "disown",
    "do",
    "done",
    "echo",
    "elif",
    "else",
    "enable",
    "esac",
    "eval",
    "exec",
    "exit",
    "export",
    "fc",
    "fg",
    "fi",
    "for",
    "function",
    "getopts",
    "hash",
    "help",
    "history",
    "if",
    "in",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "select",
    "set",
    "shift",
    "shopt",
    "source",
    "suspend",
    "test",
    "then",
    "time",
    "times",
    "trap",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "until",
    "wait",
    "while",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_and_its_arguments_are_taken_apart() {
        for (line, expected) in [
            ("true", &["true"][..]),
            ("  pytest  -q\t--cov=app ", &["pytest", "-q", "--cov=app"]),
            (
                "./manage.py check a@b:c/d,e%f+g",
                &["./manage.py", "check", "a@b:c/d,e%f+g"],
            ),
        ] {
            assert_eq!(words(line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn what_a_shell_reads_is_left_to_it() {
        for line in [
            "", " ", "a b\nc", "a; b", "a && b", "a | b", "a > b", "a &", "(a)", "{ a; }", "a $B",
            "a `b`", "a 'b'", "a \"b\"", "a\\ b", "a *.py", "a ?", "a [b]", "a ~/b", "A=b c", "#a",
            "! a", "a {b,c}", "cd a", "exit 3", "echo a", "time a", "test a", "export A", "über",
        ] {
            assert_eq!(words(line), None, "{line}");
        }
    }
}
