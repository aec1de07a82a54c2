//! What starts which stages.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;
use rustix::process::Signal;

use super::{ECHO, end, watch};
use crate::harness::{Project, normal};

#[test]
fn a_change_runs_what_it_concerns_and_what_depends_on_that() {
    let project = Project::new()
        .script(
            r#"stage("test", #{ inputs: ["*.py"] }, || sh("cat a.py"));
stage("docs", #{ inputs: ["*.md"] }, || sh("cat a.md"));
stage("pack", #{ needs: "test", inputs: "setup.cfg" }, || sh("echo packed"));"#,
        )
        .file("a.py", "one\n")
        .file("a.md", "text\n")
        .file("setup.cfg", "");
    let running = watch(&project, &[]);
    project.write("a.py", "two\n");
    running.wait_for_stderr_count(" passed in ", 2);
    project.write("a.md", "other\n");
    running.wait_for_stderr_count(" passed in ", 3);
    let (stdout, stderr) = end(running);
    assert_eq!(stdout, "one\ntext\npacked\ntwo\npacked\nother\n");
    assert_snapshot!(normal::text(&stderr, &project.base()), @"
    watching 1 folder; publish, deploy and notify are held
    ▸ test
    ✓ test [time]  ran: first time
    ▸ docs
    ✓ docs [time]  ran: first time
    ▸ pack
    ✓ pack [time]  ran: first time
    3 passed in [time]
    ↻ a.py changed
    ▸ test
    ✓ test [time]  ran: a.py changed
    ▸ pack
    ✓ pack [time]  ran: the result of `test` changed
    2 passed in [time]
    ↻ a.md changed
    ▸ docs
    ✓ docs [time]  ran: a.md changed
    1 passed in [time]
    error: interrupted
    ");
}

#[test]
fn what_leaves_the_content_the_same_starts_nothing() {
    let project = Project::new().script(ECHO).file("a.txt", "one\n");
    let running = watch(&project, &[]);
    project.write("a.txt", "one\n");
    fs::File::options()
        .append(true)
        .open(project.path("a.txt"))
        .and_then(|file| file.set_modified(std::time::SystemTime::now()))
        .expect("a touch");
    project.write("a.txt", "two\n");
    running.wait_for("saw two\n");
    let (stdout, _) = end(running);
    assert_eq!(stdout, "saw one\nsaw two\n");
}

#[test]
fn what_is_ignored_starts_nothing() {
    let project = Project::new()
        .script(ECHO)
        .file("a.txt", "one\n")
        .file(".gitignore", "*.log\nbuild/\n")
        .file(".wharfignore", "notes/\n")
        .file("build/deep/a", "")
        .file("notes/a", "");
    let running = watch(&project, &[]);
    for path in [
        "a.log",
        "build/b",
        "build/new/b",
        "notes/b",
        ".a.txt.swp",
        "a.txt~",
    ] {
        project.write(path, "x");
    }
    project.write("a.txt", "two\n");
    running.wait_for("saw two\n");
    let (stdout, stderr) = end(running);
    assert_eq!(stdout, "saw one\nsaw two\n");
    assert!(stderr.starts_with("watching 1 folder;"), "{stderr}");
}

#[test]
fn new_folders_moved_ones_and_links_are_watched() {
    let project = Project::new()
        .script("stage(\"tell\", || sh(\"cat $(find . -name '*.txt' | sort) | tr '\\\\n' ' '; echo\"));")
        .file("a.txt", "a\n");
    let running = watch(&project, &[]);
    project.write("one/two/b.txt", "b\n");
    running.wait_for("a b \n");
    fs::rename(project.path("one"), project.path("three")).expect("a rename");
    running.wait_for_count("a b \n", 2);
    project.write("three/two/b.txt", "c\n");
    running.wait_for("a c \n");
    symlink("three/two/b.txt", project.path("z.txt")).expect("a link");
    running.wait_for("a c c \n");
    project.write("three/two/b.txt", "d\n");
    running.wait_for("a d d \n");
    end(running);
}

#[test]
fn a_script_that_changes_is_read_again_and_a_wrong_one_leaves_the_last_in_place() {
    let project = Project::new()
        .script("import \"lib/words\" as words;\nstage(\"tell\", #{ inputs: \"a.txt\" }, || sh(`echo ${words::hello()} $(cat a.txt)`));")
        .file("lib/words.rhai", "fn hello() { \"hello\" }")
        .file("a.txt", "one\n");
    let running = watch(&project, &[]);
    running.wait_for("hello one\n");
    project.write("lib/words.rhai", "fn hello() { \"goodbye\" }");
    running.wait_for("goodbye one\n");
    project.write("lib/words.rhai", "fn hello() { \"wrong }");
    running.wait_for_stderr("error: ");
    project.write("a.txt", "two\n");
    running.wait_for("goodbye two\n");
    project.write("lib/words.rhai", "fn hello() { \"again\" }");
    running.wait_for("again two\n");
    end(running);
}

#[test]
fn a_script_that_was_found_wrong_is_not_run_when_other_files_change() {
    let script = |word: &str| {
        format!(
            "stage(\"tell\", #{{ inputs: \"a.txt\" }}, || sh(\"echo {word} $(cat a.txt)\"));\n\
             stage(\"ship\", #{{ needs: \"tell\" }}, || sh(\"echo ship\"));\n"
        )
    };
    let project = Project::new()
        .script(&script("one"))
        .file("a.txt", "first\n");
    let running = watch(&project, &[]);
    running.wait_for("one first\nship\n");
    let wrong = script("two") + "stage(\"z\", || nosuch());\n";
    project.write("wharf.rhai", &wrong);
    running.wait_for_stderr("nothing was run");
    project.write("a.txt", "second\n");
    running.wait_for("one second\nship\n");
    project.write("a.txt", "third\n");
    running.wait_for("one third\nship\n");
    project.write("wharf.rhai", script("two"));
    running.wait_for("two third\nship\n");
    let (stdout, _) = end(running);
    assert_eq!(
        stdout,
        "one first\nship\none second\nship\none third\nship\ntwo third\nship\n"
    );
}

#[test]
fn folders_are_looked_at_where_the_system_tells_nothing() {
    let project = Project::new().script(ECHO).file("a.txt", "one\n");
    let running = watch(&project, &["--poll=10ms"]);
    project.write("a.txt", "two and longer\n");
    running.wait_for("saw two and longer\n");
    project.write("deep/er/b.txt", "");
    running.wait_for_count("saw two and longer\n", 2);
    end(running);
}

#[test]
fn a_queue_that_overflows_loses_nothing() {
    let project = Project::new()
        .script(ECHO)
        .file("a.txt", "one\n")
        .file("b", "");
    let running = watch(&project, &[]);
    running.signal(Signal::STOP);
    // More than the kernel keeps for one who does not listen; two in turn, as it drops repeats.
    for number in 0..20_000 {
        let name = if number % 2 == 0 { "b" } else { "c" };
        project.write(name, number.to_string());
    }
    project.write("new/deep/d", "1");
    project.write("a.txt", "two\n");
    running.signal(Signal::CONT);
    running.wait_for("saw two\n");
    project.write("a.txt", "three\n");
    running.wait_for("saw three\n");
    project.write("new/deep/d", "2");
    running.wait_for_count("saw three\n", 2);
    end(running);
}

#[test]
fn events_tell_trigger_paths_and_reasons() {
    let project = Project::new().script(ECHO).file("a.txt", "one\n");
    let running = project.spawn(["watch", "--json"]);
    running.wait_for("\"run_finished\"");
    project.write("a.txt", "two\n");
    running.wait_for_count("\"run_finished\"", 2);
    let (stdout, _) = end(running);
    let events: Vec<serde_json::Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let kinds: Vec<_> = events
        .iter()
        .filter_map(|event| event["type"].as_str())
        .collect();
    assert_eq!(kinds[..2], ["watching", "run_started"]);
    let triggered = events.iter().find(|event| event["type"] == "triggered");
    let triggered = triggered.expect("a trigger");
    assert_eq!(triggered["trigger"], "changed");
    assert_eq!(triggered["paths"], serde_json::json!(["a.txt"]));
    assert_eq!(
        triggered["stages"],
        serde_json::json!([{ "name": "tell", "why": "a.txt changed" }])
    );
}

#[test]
fn what_is_made_in_a_new_folder_is_an_input() {
    let project = Project::new()
        .script("stage(\"tell\", #{ inputs: \"**/*.py\" }, || sh(\"cat $(find . -name '*.py' | sort) | tr '\\\\n' ' '; echo\"));")
        .file("a.py", "a\n")
        .file("pkg/b.py", "b\n");
    let running = watch(&project, &[]);
    project.write("pkg/new/c.py", "c\n");
    running.wait_for("a b c \n");
    project.write("pkg/new/deep/er/d.py", "d\n");
    running.wait_for("a b c d \n");
    fs::remove_dir_all(project.path("pkg/new")).expect("the folder");
    running.wait_for_count("a b \n", 2);
    end(running);
}

const IMPORTS: &str =
    "import \"lib/words\" as words;\nstage(\"tell\", || sh(`echo ${words::hello()}`));";

#[test]
fn a_module_that_is_wrong_at_first_is_read_again() {
    let project = Project::new()
        .script(IMPORTS)
        .file("lib/words.rhai", "fn hello() { \"wrong }");
    let running = project.spawn(["watch"]);
    running.wait_for_stderr("error: ");
    project.write("lib/words.rhai", "fn hello() { \"right\" }");
    running.wait_for("right\n");
    end(running);
}

#[test]
fn a_script_of_another_name_that_is_wrong_at_first_is_read_again() {
    let project = Project::new().file("pipe.rhai", "stage(\"a\", || sh(\"echo a\"); ");
    let running = project.spawn(["watch", "-f", "pipe.rhai"]);
    running.wait_for_stderr("error: ");
    project.write("pipe.rhai", "stage(\"a\", || sh(\"echo right\"));");
    running.wait_for("right\n");
    end(running);
}

#[test]
fn a_module_that_is_missing_is_read_once_it_is_there() {
    let project = Project::new().script("stage(\"tell\", || sh(\"echo none\"));");
    let running = project.spawn(["watch"]);
    running.wait_for("none\n");
    project.write("wharf.rhai", IMPORTS);
    running.wait_for_stderr("there is no module `lib/words`");
    project.write("lib/words.rhai", "fn hello() { \"right\" }");
    running.wait_for("right\n");
    end(running);
}

#[test]
fn a_root_that_another_takes_the_place_of_is_the_one_that_counts() {
    let project = Project::new().script(ECHO).file("a.txt", "one\n");
    let running = watch(&project, &[]);
    let fill = |text: &str| {
        fs::create_dir(project.root()).expect("a folder");
        project.write("a.txt", text);
        project.write("wharf.rhai", ECHO);
    };
    // The process stands in it, does not let it go, and may still write what it keeps of its run.
    while let Err(error) = fs::remove_dir_all(project.root()) {
        assert_eq!(error.kind(), ErrorKind::DirectoryNotEmpty, "{error}");
    }
    running.wait_for_stderr("is gone: nothing runs until it is back");
    assert!(!project.root().exists(), "something made it");
    fill("two\n");
    running.wait_for("saw two\n");
    project.write("a.txt", "three\n");
    running.wait_for("saw three\n");
    let away = project.base().join("away");
    fs::rename(project.root(), &away).expect("a rename");
    running.wait_for_stderr_count("is gone: nothing runs until it is back", 2);
    fs::write(away.join("a.txt"), "elsewhere\n").expect("a file");
    fill("four\n");
    running.wait_for("saw four\n");
    project.write("a.txt", "five\n");
    running.wait_for("saw five\n");
    let (stdout, _) = end(running);
    assert!(!stdout.contains("elsewhere"), "{stdout}");
}

#[test]
fn a_file_in_a_folder_that_a_link_leads_to_is_an_input() {
    let project = Project::new()
        .script("stage(\"tell\", #{ inputs: \"src/*.txt\" }, || sh(\"cat src/*.txt\"));")
        .file("real/a.txt", "one\n");
    symlink("real", project.path("src")).expect("a link");
    let running = watch(&project, &[]);
    project.write("real/a.txt", "two\n");
    running.wait_for("two\n");
    end(running);
}

#[test]
fn a_script_that_is_read_again_is_no_stage() {
    let project = Project::new().script(ECHO).file("a.txt", "one\n");
    let running = project.spawn(["watch", "--json"]);
    running.wait_for("\"run_finished\"");
    project.write("wharf.rhai", format!("{ECHO}\n"));
    running.wait_for_count("\"run_finished\"", 2);
    let (stdout, _) = end(running);
    let events = stdout.lines().map(serde_json::from_str);
    let mut events = events.map(|event| event.expect("a line of JSON"));
    let triggered: serde_json::Value = events
        .find(|event: &serde_json::Value| event["type"] == "triggered")
        .expect("a trigger");
    assert_eq!(triggered["trigger"], "script");
    assert_eq!(triggered["why"], "wharf.rhai changed");
    assert_eq!(triggered["stages"], serde_json::json!([]));
    assert_eq!(triggered["paths"], serde_json::json!(["wharf.rhai"]));
}

#[test]
fn what_concerns_nothing_is_not_told_later() {
    let project = Project::new()
        .script("stage(\"tell\", #{ inputs: \"a.txt\" }, || sh(\"cat a.txt\"));")
        .file("a.txt", "one\n");
    let running = project.spawn(["watch", "--json"]);
    running.wait_for("\"run_finished\"");
    project.write("notes.md", "x");
    project.write("a.txt", "two\n");
    running.wait_for_count("\"run_finished\"", 2);
    let (stdout, _) = end(running);
    assert!(stdout.contains("\"paths\":[\"a.txt\"]"), "{stdout}");
}

#[test]
fn an_interrupt_of_a_run_is_told_once() {
    let project = Project::new().script("stage(\"a\", || sh(\"echo began; sleep 600\"));");
    let running = project.spawn(["watch"]);
    running.wait_for("began\n");
    let (_, stderr) = end(running);
    assert_eq!(stderr.matches("error: interrupted").count(), 1, "{stderr}");
}

#[test]
fn a_watch_whose_reader_is_gone_ends() {
    let project = Project::new().script("stage(\"a\", || sh(\"echo one; echo two\"));");
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let script = format!("{{ {wharf} watch; echo $? > code; }} | head -n 1");
    let running = project.spawn_program("sh", ["-c", &script]);
    let (code, stdout, _) = running.finish().streams();
    assert_eq!((code, &*stdout), (0, "one\n"));
    assert_eq!(project.read("code"), "0\n");
}
