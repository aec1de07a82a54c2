//! Sessions at a real terminal.

use std::os::unix::fs::PermissionsExt;

use super::SCRIPT;
use crate::harness::{Project, Services, Standin, Terminal};

/// Where what was typed is kept.
const HISTORY: &str = ".wharf/repl-history.jsonl";

/// A session that is ready, and how often it was.
struct Session {
    terminal: Terminal,
    prompts: usize,
}

impl Session {
    fn begin(project: &Project) -> Self {
        let mut session = Self {
            terminal: project.terminal(["repl"]),
            prompts: 0,
        };
        session.ready();
        session
    }

    /// Waits for the next prompt, and gives what stands above it.
    fn ready(&mut self) -> String {
        self.prompts += 1;
        let prompts = self.prompts;
        let screen = self.terminal.wait_for_screen(|screen| {
            screen.ends_with("wharf>") && screen.matches("wharf>").count() == prompts
        });
        let above = screen.trim_end_matches("wharf>");
        above.rsplit("wharf>").next().unwrap_or_default().to_owned()
    }

    /// Types `entry`, and gives what it prints; its own lines stand before that.
    fn enter(&mut self, entry: &str) -> String {
        self.terminal.write(entry);
        self.terminal.write("\r");
        self.ready()
    }

    /// Presses Ctrl-C in an entry.
    fn forget(&mut self) {
        self.terminal.interrupt();
        self.ready();
    }

    fn end(mut self) {
        self.terminal.write("\x04");
        assert_eq!(self.terminal.finish(), 0);
    }
}

#[test]
fn an_entry_of_many_lines_ends_when_it_is_whole() {
    let project = Project::new().script(SCRIPT);
    let mut session = Session::begin(&project);
    session.enter("fn twice(n) {\rn * 2\r}");
    assert!(session.enter("twice(21)").ends_with("\n42\n"));
    // What fails is told, and no more.
    let told = session.enter("nope");
    assert!(told.contains("error: unknown variable `nope`"), "{told}");
    session.end();
}

#[test]
fn tab_completes_actions_options_and_stages() {
    let project = Project::new().script(SCRIPT);
    let mut session = Session::begin(&project);
    for (typed, completed) in [
        ("docker_pus\t", "docker_push("),
        ("docker_push(#{ als\t", "#{ also_tags:"),
        ("sh(\"x\", #{ effect: \"dep\t", "effect: \"deploy"),
        ("stage(\"x\", #{ needs: \"dep\t", "needs: \"deploy"),
        (":pla\t", ":plan"),
        (":run tes\t", ":run test"),
        ("python::v\t", "python::venv("),
        ("ima\t", "image"),
        ("read_file(\"wha\t", "\"wharf.rhai"),
        // A session has none of these.
        ("stag\t#", "wharf> stag#"),
        ("on_fail\t#", "wharf> on_fail#"),
    ] {
        session.terminal.write(typed);
        session
            .terminal
            .wait_for_screen(|screen| screen.contains(completed));
        session.forget();
    }
    session.end();
}

#[test]
fn what_may_follow_is_known_from_where_the_cursor_is() {
    let project = Project::new().script(SCRIPT);
    let mut session = Session::begin(&project);
    for (typed, completed) in [
        ("\"abc\".le\t", "\"abc\".len("),
        ("[1].is_e\t", "[1].is_empty("),
        ("stage(\"x\", #{ watch: \"man\t", "watch: \"manual"),
        ("stage(\"x\", #{ retry: #{ back\t", "#{ backoff:"),
        ("import \"std/sl\t", "\"std/slack"),
        // An apostrophe in a comment opens no text.
        ("/* don't */ docker_pus\t", "*/ docker_push("),
        // What is being called is told while its arguments are typed.
        (
            "docker_build(\"x\", #{ ",
            "docker_build(tag, #{ … }) – Build an",
        ),
        ("docker_build(\"x\", #{ dockerfile: ", "`Dockerfile` in the"),
    ] {
        session.terminal.write(typed);
        session
            .terminal
            .wait_for_screen(|screen| screen.contains(completed));
        session.forget();
    }
    session.end();
}

#[test]
fn tab_completes_the_images_that_the_engine_has() {
    let services = Services::from_env();
    let project = Project::new().script(SCRIPT).engine(&services);
    let mut session = Session::begin(&project);
    let image = &services.busybox;
    let half = &image[..image.len() / 2];
    session.terminal.write(&format!("docker_push(\"{half}\t"));
    let completed = format!("docker_push(\"{image}");
    session
        .terminal
        .wait_for_screen(|screen| screen.contains(&completed));
    session.forget();
    session.end();
    // Without one nothing is proposed, and nothing said.
    let project = Project::new()
        .script(SCRIPT)
        .env("DOCKER_HOST", "unix:///nowhere.sock");
    let mut session = Session::begin(&project);
    session
        .terminal
        .write(&format!("docker_push(\"{half}\t\") == 1"));
    let typed = format!("docker_push(\"{half}\") == 1");
    session
        .terminal
        .wait_for_screen(|screen| screen.contains(&typed));
    session.forget();
    session.end();
}

#[test]
fn ctrl_c_stops_what_runs_and_not_the_session() {
    let project = Project::new().script(SCRIPT);
    let mut session = Session::begin(&project);
    session
        .terminal
        .write("sh(\"echo up; sleep 600 & wait\")\r");
    session
        .terminal
        .wait_for_screen(|screen| screen.contains("\nup"));
    session.forget();
    session.terminal.write("print(\"in\"); loop { }\r");
    session
        .terminal
        .wait_for_screen(|screen| screen.ends_with("\nin"));
    session.forget();
    assert!(session.enter("40 + 2").ends_with("\n42\n"));
    session.end();
    project.wait_for_survivors(&[]);
}

#[test]
fn an_effect_is_asked_about() {
    let standin = Standin::new("200 OK", "{}");
    let project = Project::new().script(SCRIPT);
    let mut session = Session::begin(&project);
    let call = format!(
        "http(\"http://{}/\", #{{ json: 1 }}).status",
        standin.address
    );
    let mut asked = 0;
    let mut answer = |session: &mut Session, answer: &str| {
        asked += 1;
        session.terminal.write(&call);
        session.terminal.write("\r");
        session.terminal.wait_for_screen(|screen| {
            let screen = screen.replace('\n', "");
            screen.ends_with("[a]ll of `http`?") && screen.matches("[a]ll of").count() == asked
        });
        session.enter(answer)
    };
    let told = answer(&mut session, "n");
    assert!(
        told.contains("error: `http`: did not run: the answer was no"),
        "{told}"
    );
    assert!(answer(&mut session, "r").ends_with("\n200\n"));
    assert_eq!(standin.requests().len(), 0);
    assert!(answer(&mut session, "a").ends_with("\n200\n"));
    assert_eq!(standin.requests().len(), 1);
    assert!(session.enter(&call).ends_with("\n200\n"));
    assert_eq!(standin.requests().len(), 2);
    session.end();
}

#[test]
fn ctrl_c_is_an_answer_to_no_question() {
    let standin = Standin::new("200 OK", "{}");
    let project = Project::new().script(SCRIPT);
    let mut session = Session::begin(&project);
    let call = format!("http(\"http://{}/\", #{{ json: 1 }})", standin.address);
    session.terminal.write(&format!("{call}\r"));
    session
        .terminal
        .wait_for_screen(|screen| screen.replace('\n', "").ends_with("[a]ll of `http`?"));
    session.forget();
    assert!(session.enter("40 + 2").ends_with("\n42\n"));
    session.end();
    assert_eq!(standin.requests().len(), 0);
}

#[test]
fn what_changes_is_loaded_again_before_the_next_entry() {
    let script =
        |app: &str| format!("import \"lib\" as lib;\nlet app = \"{app}\";\nstage(\"a\", || 1);\n");
    let project = Project::new().script(&script("one"));
    project.write("lib.rhai", "fn version() { 1 }\n");
    let mut session = Session::begin(&project);
    assert!(session.enter("app").ends_with("\n\"one\"\n"));
    session.enter("let mine = app + lib::version(); fn own(a) { a + 1 }");
    project.write("wharf.rhai", script("second"));
    let told = session.enter("app");
    let expected =
        "wharf.rhai has changed and was loaded again; what was typed stays\n\"second\"\n";
    assert!(told.ends_with(expected), "{told}");
    assert!(session.enter("mine + own(1)").ends_with("\n\"one12\"\n"));
    project.write("lib.rhai", "fn version() { 10 }\n");
    project.write(".env", "PLACE=quay-four\n");
    let told = session.enter("lib::version()");
    assert!(
        told.contains(".env, lib.rhai have changed and were loaded again"),
        "{told}"
    );
    assert!(told.ends_with("\n10\n"), "{told}");
    assert!(session.enter("env(\"PLACE\").len()").ends_with("\n9\n"));
    project.write("wharf.rhai", "let app = ;\n");
    let told = session.enter("app + 1");
    assert!(
        told.contains("the last script that was right stays"),
        "{told}"
    );
    assert!(told.ends_with("\n\"second1\"\n"), "{told}");
    session.end();
}

#[test]
fn what_turns_out_to_be_secret_leaves_the_history() {
    let project = Project::new()
        .script("stage(\"a\", || 1);\n")
        .env("PLAIN", "plain-value-987654");
    let mut session = Session::begin(&project);
    session.enter("\"plain-value-987654\"");
    assert!(project.read(HISTORY).contains("plain-value"));
    let told = session.enter("secret(\"PLAIN\")");
    assert!(told.ends_with("\n\"***\"\n"), "{told}");
    // It is hidden although the call is refused, and although it is never made.
    for entry in [
        "docker_push(\"me/x:1\", #{ password: \"dckr_pat_VERY\", tga: 1 })",
        "http(\"https://e.invalid\", #{ headers: #{ Authorization: \"Bearer s3cret-1\" }, json: 1 )",
    ] {
        let told = session.enter(entry);
        assert!(told.contains("error: "), "{told}");
    }
    session.end();
    assert_eq!(project.read(HISTORY), "\"secret(\\\"PLAIN\\\")\"\n");
    let mode = project
        .path(HISTORY)
        .metadata()
        .expect("a history")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

#[test]
fn a_session_is_saved_as_a_script_that_passes_the_check() {
    let project = Project::new().script(SCRIPT);
    let mut session = Session::begin(&project);
    for entry in [
        "let f = |x| { x + 1 }",
        "let m = #{ a: 1 } // one",
        "f.call(m.a)",
        "let half = 1; nope",
        "_ + 40",
        "fn t() { 1 }",
        "fn t() { 2 }",
    ] {
        session.enter(entry);
    }
    let told = session.enter(":save saved.rhai");
    assert!(told.ends_with("6 entries are in `saved.rhai`\n"), "{told}");
    session.end();
    project.run(["check", "-f", "saved.rhai"]).exit(0).streams();
    project.run(["run", "-f", "saved.rhai"]).exit(0).streams();
    assert!(!project.path("ran").exists());
}

#[test]
fn the_last_entry_is_edited_whatever_became_of_it() {
    let project = Project::new()
        .script(SCRIPT)
        .env("EDITOR", "sed -i s/nope/42/");
    let mut session = Session::begin(&project);
    session.enter("1 + nope");
    assert!(session.enter(":edit").ends_with("\n43\n"));
    session.end();
    assert!(project.read(HISTORY).ends_with("\"1 + 42\"\n"));
}

#[test]
fn a_question_stands_alone_on_the_screen() {
    let project = Project::new().script(
        "stage(\"deploy\", || { sh(\"sleep 0.3\"); sh(\"true\", #{ effect: \"deploy\" }) });\n",
    );
    let mut session = Session::begin(&project);
    session.terminal.write(":run deploy\r");
    let question = "sh true will deploy. [y]es, [n]o, [r]ehearse, [a]ll of `sh`?";
    session
        .terminal
        .wait_for_screen(|screen| screen.ends_with(question));
    let told = session.enter("y");
    assert!(told.contains("✓ deploy"), "{told}");
    session.end();
}

#[test]
fn the_history_is_kept_without_secrets() {
    let project = Project::new()
        .script("secret(\"TOKEN\");\nstage(\"a\", || 1);\n")
        .env("TOKEN", "correct-horse-battery");
    let mut session = Session::begin(&project);
    assert!(session.enter("1 + 2").ends_with("\n3\n"));
    assert!(
        session
            .enter("\"correct-horse-battery\"")
            .ends_with("\n\"***\"\n")
    );
    session.end();
    assert_eq!(project.read(HISTORY), "\"1 + 2\"\n");
    let mut session = Session::begin(&project);
    // Ctrl-R searches.
    session.terminal.write("\x12+ 2");
    session
        .terminal
        .wait_for_screen(|screen| screen.contains("1 + 2"));
    session.terminal.write("\r");
    session
        .terminal
        .wait_for_screen(|screen| screen.contains("\n3\n"));
    session.terminal.write("\x04");
    assert_eq!(session.terminal.finish(), 0);
}
