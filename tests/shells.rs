//! What a shell proposes, asked of real ones, and the manual pages.

use std::path::Path;

use insta::assert_snapshot;

use crate::harness::Project;

const SCRIPT: &str = r#"/// pytest
stage("test", #{ labels: ["fast"] }, || 1);
stage("image", #{ needs: "test" }, || 2);"#;

/// Types each line in bash, and tells what a TAB at its end proposes.
fn in_bash(project: &Project, lines: &[&str]) -> String {
    let asked: Vec<_> = lines.iter().map(|line| format!("ask {line}")).collect();
    let session = r#"source <(wharf completions bash)
ask() {
  COMP_TYPE=9 COMPREPLY=() COMP_LINE="$*"
  COMP_POINT=${#COMP_LINE}
  _wharf
  echo "${COMPREPLY[*]}"
}
"#;
    in_shell(
        project,
        "bash",
        &(session.to_owned() + asked.join("\n").as_str()),
    )
}

fn in_shell(project: &Project, shell: &str, text: &str) -> String {
    let wharf = Path::new(env!("CARGO_BIN_EXE_wharf"));
    let folder = wharf.parent().expect("the folder of a binary").display();
    let line = format!("PATH={folder}:$PATH exec {shell} -c \"$0\"");
    let (code, stdout, stderr) = project.run_program("sh", ["-c", &line, text]).streams();
    assert_eq!((code, &*stderr), (0, ""), "{stdout}");
    stdout
}

#[test]
fn bash_proposes_commands_options_stages_runs_and_actions() {
    let project = Project::new().script(SCRIPT);
    project.run(["run"]).streams();
    let proposed = in_bash(
        &project,
        &[
            "wharf re",
            "wharf run --fo",
            "wharf run --skip ''",
            "wharf plan te",
            "wharf watch la",
            "wharf watch --allow ''",
            "wharf watch --allow publish,d",
            "wharf logs ''",
            "wharf logs 1 t",
            "wharf history la",
            "wharf history p",
            "wharf docs docker_b",
            "wharf call docker_b",
            "wharf call docker_push --re",
            "wharf call lint --linter r",
            "wharf run --rehearse --fault ren",
            "wharf graph --format d",
        ],
    );
    assert_snapshot!(proposed, @"
    resume repl
    --force
    test image label:fast
    test
    label:fast
    publish deploy notify
    publish,deploy
    last 1 --follow --directory --file --param --help
    test
    last
    prune
    docker_build
    docker_build
    --registry --retry --rehearse
    ruff
    render:503
    dot
    ");
}

#[test]
fn it_is_the_named_folder_and_script_whose_stages_are_proposed() {
    let project = Project::new()
        .file("app/wharf.rhai", SCRIPT)
        .file("app/other.rhai", "stage(\"ship\", || 1);");
    let proposed = in_bash(
        &project,
        &[
            "wharf -C app run im",
            "wharf -C app run -f other.rhai ''",
            "wharf run i",
        ],
    );
    assert_snapshot!(proposed, @"
    image
    ship --only --directory --from --file --skip --param --rehearse --fault --jobs --keep-going --plan --force --dry-run --help --quiet --output --json --junit --html
    ");
}

/// Bash splits words at `:` and `=`, and a space in a proposal would end it.
#[test]
fn an_interactive_bash_completes_names_with_colons_and_spaces() {
    let project = Project::new().script(
        "stage(\"test\", #{ labels: [\"fast\"] }, || 1);\nstage(\"to the moon\", || 1);\n\
         stage(\"deploy:web\", || 1);\nstage(\"deploy:far\", || 1);",
    );
    let wharf = Path::new(env!("CARGO_BIN_EXE_wharf"));
    let folder = wharf.parent().expect("the folder of a binary").to_owned();
    let project = project.first_on_path(&folder);
    let mut bash = project.terminal_program("bash", ["--norc", "--noprofile", "-i"]);
    bash.write(
        "bind 'set enable-bracketed-paste off'; source <(wharf completions bash); PS1='> '\n",
    );
    for (typed, completed) in [
        ("wharf run label:f", "wharf run label:fast "),
        ("wharf run deploy:w", "wharf run deploy:web "),
        ("wharf docs git::sho", "wharf docs git::short_sha "),
        ("wharf run to", "wharf run to\\ the\\ moon "),
        ("wharf run \"to", "wharf run \"to the moon\" "),
        ("wharf run 'deploy:f", "wharf run 'deploy:far' "),
        ("wharf graph --format=d", "wharf graph --format=dot "),
    ] {
        // What was typed is complete when what is typed after it stands behind it.
        bash.write(&format!("{typed}\t#"));
        bash.wait_for(&format!("{completed}#"));
        bash.write("\u{15}");
    }
    bash.write("exit\n");
    assert_eq!(bash.finish(), 0);
}

/// What is completed is one word to the shell: the stage of that name is found.
#[test]
fn shells_complete_names_with_spaces_and_quotes_to_one_word() {
    let project = Project::new().script(
        "stage(\"test\", #{ matrix: #{ python: [\"3.11\", \"3.12\"] } }, || print(matrix(\"python\")));\n\
         stage(\"it's for $5\", || print(\"five\"));",
    );
    project.run(["run"]).streams();
    let wharf = Path::new(env!("CARGO_BIN_EXE_wharf"));
    let folder = wharf.parent().expect("the folder of a binary").to_owned();
    let project = project.first_on_path(&folder);
    for (shell, options, begin) in [
        (
            "bash",
            &["--norc", "--noprofile", "-i"][..],
            "bind 'set enable-bracketed-paste off'; source <(wharf completions bash)",
        ),
        (
            "zsh",
            &["-f", "-i"],
            "autoload -U compinit; compinit -D; source <(wharf completions zsh)",
        ),
        (
            "fish",
            &["--no-config", "-i"],
            "wharf completions fish | source",
        ),
    ] {
        let mut terminal = project.terminal_program(shell, options);
        terminal.write(&format!("{begin}; echo beg''un\n"));
        terminal.wait_for("begun");
        for (number, (typed, printed)) in [
            ("te\t2\t", "3.12"),
            ("\"te\t1\t", "3.11"),
            ("'te\t2\t", "3.12"),
            ("test\\ \\(p\t1\t", "3.11"),
            ("it\t", "five"),
            ("\"it\t", "five"),
            ("'it\t", "five"),
        ]
        .into_iter()
        .enumerate()
        {
            terminal.write(&format!("wharf logs 1 {typed} | sed 's/$/ of {number}/'\n"));
            terminal.wait_for(&format!("{printed} of {number}"));
        }
        terminal.write("exit\n");
        assert_eq!(terminal.finish(), 0, "{shell}");
    }
}

#[test]
fn a_folder_with_a_space_is_found_in_bash() {
    let project = Project::new().file("an app/wharf.rhai", SCRIPT);
    let proposed = in_bash(&project, &["wharf -C \"'an app'\" run im"]);
    assert_eq!(proposed, "image\n");
}

#[test]
fn a_script_that_is_wrong_still_tells_the_names_that_are_written_out() {
    let project = Project::new().script(
        "stage(\"test\", || 1;\nstage(`two`, || 1);\nstage(\"far \" + 1, || 1); // stage(\"no\", 1)",
    );
    let proposed = in_bash(&project, &["wharf run t", "wharf run --skip f"]);
    assert_eq!(proposed, "test two\n\n");
}

#[test]
fn only_runs_that_can_be_resumed_are_proposed_for_it() {
    let project = Project::new().script("stage(\"test\", || sh(\"test -e built\"));");
    for _ in 0..2 {
        assert_eq!(project.run(["run"]).streams().0, 1);
    }
    let project = project.file("built", "");
    assert_eq!(project.run(["resume", "1"]).streams().0, 0);
    assert_eq!(project.run(["call", "sh", "false"]).streams().0, 1);
    let proposed = in_bash(&project, &["wharf resume ''"]);
    assert!(proposed.starts_with("2 --done "), "{proposed}");
}

#[test]
fn fish_shows_what_the_comment_above_a_stage_says() {
    let project = Project::new().script(SCRIPT);
    let session = "source (wharf completions fish | psub); complete -C 'wharf run '";
    let proposed = in_shell(&project, "fish", session);
    let lines: Vec<_> = proposed.lines().take(3).collect();
    assert_eq!(
        lines,
        [
            "test\tpytest",
            "image",
            "label:fast\tall stages with this label"
        ]
    );
}

#[test]
fn what_other_shells_are_given_asks_wharf_too() {
    for shell in ["zsh", "powershell", "elvish"] {
        let (code, stdout, stderr) = Project::new().run(["completions", shell]).streams();
        assert_eq!((code, &*stderr), (0, ""), "{shell}");
        assert!(stdout.contains("WHARF_COMPLETE"), "{stdout}");
    }
}

#[test]
fn manual_pages_tell_what_help_does() {
    let project = Project::new();
    let (code, page, _) = project.run(["man", "graph"]).streams();
    assert_eq!(code, 0);
    assert_snapshot!(page, @r#"
    .ie \n(.g .ds Aq \(aq
    .el .ds Aq '
    .TH wharf-graph 1  "wharf 0.1.0" 
    .SH NAME
    wharf\-graph \- Draw which stage needs which, without running anything
    .SH SYNOPSIS
    \fBwharf graph\fR [\fB\-C\fR|\fB\-\-directory\fR] [\fB\-\-format\fR] [\fB\-f\fR|\fB\-\-file\fR] [\fB\-p\fR|\fB\-\-param\fR] [\fB\-h\fR|\fB\-\-help\fR] [\fISTAGE\fR] 
    .SH DESCRIPTION
    Draw which stage needs which, without running anything
    .SH OPTIONS
    .TP
    \fB\-C\fR, \fB\-\-directory\fR \fI<DIR>\fR
    Work in this folder instead of the current one
    .TP
    \fB\-\-format\fR \fI<FORMAT>\fR [default: text]
    What to draw it as
    .br

    .br
    \fIPossible values:\fR
    .RS 14
    .IP \(bu 2
    text: Lines for a terminal, each stage below what it needs
    .IP \(bu 2
    mermaid: A flowchart for Markdown
    .IP \(bu 2
    dot: A digraph for Graphviz
    .IP \(bu 2
    svg: A picture that needs no other file, light and dark
    .RE
    .TP
    \fB\-f\fR, \fB\-\-file\fR \fI<FILE>\fR
    Use this script instead of the nearest `wharf.rhai` here or above
    .TP
    \fB\-p\fR, \fB\-\-param\fR \fI<NAME=VALUE>\fR
    Set a parameter that the script reads with `param`
    .TP
    \fB\-h\fR, \fB\-\-help\fR
    Print help (see a summary with \*(Aq\-h\*(Aq)
    .TP
    [\fISTAGE\fR]
    Stages to draw, with all they need: names, globs such as `test*`, `label:NAME`
    "#);
    let told = project.run(["man", "grahp"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: there is no command `grahp`
    hint: did you mean `graph`?
    ");
}

#[test]
fn every_command_has_a_page_in_the_folder() {
    let project = Project::new();
    project
        .run(["man", "--to", "man1"])
        .exit(0)
        .stdout("")
        .stderr("");
    for page in ["wharf.1", "wharf-run.1", "wharf-history-prune.1"] {
        assert!(
            project.read(&format!("man1/{page}")).contains("SYNOPSIS"),
            "{page}"
        );
    }
}
