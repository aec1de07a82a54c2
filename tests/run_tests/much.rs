//! Runners that print more than anybody reads.

use crate::harness::Project;

/// Runs wharf and prints the most memory, in MB, that it or a child of it had.
const MEASURED: &str = "
import resource, subprocess, sys
code = subprocess.run([sys.argv[1], 'run', '--quiet'], stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
";

/// A project whose `runner` is this shell script.
fn played(runner: &str, script: &str) -> Project {
    let program = format!("bin/{runner}");
    let project = Project::new()
        .script(&format!("run_tests(#{{ runner: \"{runner}\" }});\n"))
        .file(&program, format!("#!/bin/sh\n{script}"));
    project.tool("chmod", ["+x", &program]);
    let path = std::env::var("PATH").expect("a PATH");
    let bin = project.path("bin").display().to_string();
    project.env("PATH", format!("{bin}:{path}"))
}

#[test]
fn what_a_runner_prints_does_not_fill_the_memory() {
    // 20 MB in lines, and one line of 4 MB.
    let much = "yes 'the tide rises, the tide falls' | head -c 20000000; echo
yes rises | head -c 4000000 | tr '\\n' ' '; echo
printf 'running 2 tests\\ntest a ... ok\\ntest result: ok. 2 passed; 0 failed'
";
    let project = played("cargo", much);
    let told = project.tool("python3", ["-c", MEASURED, env!("CARGO_BIN_EXE_wharf")]);
    let (code, most) = told.trim().split_once(' ').expect("two numbers");
    let most: u32 = most.parse().expect("a number of MB");
    assert_eq!(code, "0");
    assert!(most < 50, "{most} MB");
}

#[test]
fn a_last_line_without_an_end_is_shown() {
    let project = played("go", "printf 'go: no such tide' ; exit 2\n");
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!((code, &*stdout), (1, "go: no such tide\n"), "{stderr}");
    assert!(stderr.contains("  | go: no such tide\n"), "{stderr}");
}
