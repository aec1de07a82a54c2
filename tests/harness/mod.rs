//! How a test is written:
//!
//! ```ignore
//! let told = Project::new()
//!     .script("print(env(\"PLACE\"));")
//!     .env("PLACE", "quay 4")
//!     .run(["run"]);
//! assert_snapshot!(told.all(), @"");
//! ```
//!
//! A [`Finished`] whose streams are not looked at asserts, when it is dropped, that both were
//! empty and the exit code 0: no output goes unnoticed.

pub(crate) mod browser;
mod document;
mod finished;
mod marked;
pub(crate) mod normal;
mod project;
mod running;
mod services;
mod standin;
mod terminal;
mod window;

use std::time::Duration;

pub(crate) use document::Document;
pub(crate) use finished::Finished;
pub(crate) use project::Project;
pub(crate) use running::Running;
pub(crate) use services::Services;
pub(crate) use standin::Standin;
pub(crate) use terminal::Terminal;

/// How long anything may take that a test waits for, unless the test says otherwise.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How long a program may run that a test waits for to end.
const LIMIT: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use rustix::process::Signal;

    use super::Project;

    #[test]
    fn all_output_is_seen_and_normalised() {
        let told = Project::new()
            .file("sub/data.txt", "quay 4\n")
            .env("PLACE", "pier")
            .run_program(
                "sh",
                [
                    "-c",
                    "cat sub/data.txt; echo $PLACE in 1.25s at $PWD on 127.0.0.1:4711; echo no >&2; exit 3",
                ],
            );
        assert_snapshot!(told.all(), @r"
        exit: 3
        ── stdout
        quay 4
        pier in [time] at [project] on 127.0.0.1:[port]
        ── stderr
        no
        ");
    }

    #[test]
    #[should_panic(expected = "unexpected stdout")]
    fn output_that_nobody_looks_at_fails_the_test() {
        Project::new().run_program("echo", ["hello"]).exit(0);
    }

    #[test]
    #[should_panic(expected = "unexpected exit code")]
    fn an_exit_code_that_nobody_expects_fails_the_test() {
        Project::new().run_program("false", [] as [&str; 0]);
    }

    #[test]
    fn the_environment_is_the_tests_own() {
        let told = Project::new().env("ONE", "1").run_program(
            "sh",
            [
                "-c",
                "env | cut -d= -f1 | grep -vx -e PWD -e SHLVL -e _ -e OLDPWD | sort",
            ],
        );
        told.stdout(
            "DOCKER_HOST\nHOME\nLANG\nONE\nPATH\nRUST_BACKTRACE\nTMPDIR\nWHARF_JOBS\nWHARF_TEST_MARK\n",
        );
    }

    #[test]
    fn a_running_program_can_be_waited_for_signalled_and_its_children_found() {
        let project = Project::new();
        let running = project.spawn_program(
            "sh",
            [
                "-c",
                "sleep 600 & trap 'echo told; exit 9' TERM; echo up; wait",
            ],
        );
        running.wait_for("up\n");
        project.wait_for_survivors(&["sh", "sleep"]);
        running.signal(Signal::TERM);
        running.finish().stdout("up\ntold\n").exit(9);
        assert_eq!(project.survivors(), ["sleep"]);
        project.kill_survivors();
        assert_eq!(project.survivors(), [] as [String; 0]);
    }

    #[test]
    fn a_terminal_is_a_terminal() {
        let project = Project::new();
        let mut terminal = project.terminal_program(
            "sh",
            [
                "-c",
                "test -t 0 && test -t 1 && stty size; read name; echo hello $name",
            ],
        );
        terminal.wait_for("24 80");
        terminal.write("quay\n");
        terminal.wait_for("hello quay");
        assert_eq!(terminal.finish(), 0);
    }

    #[test]
    fn ctrl_c_reaches_what_runs_in_a_terminal() {
        let project = Project::new();
        let mut terminal =
            project.terminal_program("sh", ["-c", "trap 'exit 7' INT; sleep 600 & echo up; wait"]);
        terminal.wait_for("up");
        terminal.interrupt();
        assert_eq!(terminal.finish(), 7);
    }
}
