//! Where an error is said to be that a closure or another file has a part in.

use crate::harness::Project;

/// The first place of the error that `call` ends with, where a module calls its closure.
fn place_of(call: &str) -> String {
    let project = Project::new()
        .script(&format!("import \"lib/a\" as a;\n\n{call}\n"))
        .file(
            "lib/a.rhai",
            "fn now(f) {\n    f.call()\n}\n\
             fn each(f) { [1].map(f) }\n\
             fn retry_it(f) { retry(0, f) }\n\
             fn parallel_it(f) { parallel([f]) }\n\
             fn declare(f) { stage(\"it\", f) }\n\
             fn after(f) { on_failure(f) }\n\
             fn make() { || fail(\"here\") }\n\
             fn divide(n) { 1 / n }\n\
             fn divide_again(n) {\n    try { divide(n) } catch (err) { throw err }\n}\n",
        );
    let (_, _, stderr) = project.run(["run"]).streams();
    let mut places = stderr
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--> "));
    places.next_back().unwrap_or_default().to_owned()
}

#[test]
fn a_closure_that_a_module_calls_fails_where_it_is_written() {
    for call in [
        "stage(\"it\", || a::now(||\n  fail(\"here\")));",
        "stage(\"it\", || a::each(|x|\n  fail(\"here\")));",
        "stage(\"it\", || a::retry_it(||\n  fail(\"here\")));",
        "stage(\"it\", || a::parallel_it([||\n  fail(\"here\")][0]));",
        "a::declare(||\n  fail(\"here\"));",
        "a::after(|f|\n  fail(\"here\")); stage(\"it\", || fail(\"first\"));",
        "a::now(||\n  fail(\"here\"));",
    ] {
        assert_eq!(place_of(call), "wharf.rhai:4:3", "{call}");
    }
    assert_eq!(place_of("stage(\"it\", a::make());"), "lib/a.rhai:9:16");
}

#[test]
fn what_is_thrown_again_keeps_the_place_of_its_cause() {
    for call in [
        "try { a::divide(0) } catch (err) { throw err }",
        "a::divide_again(0);",
        "try { a::divide_again(0) } catch (err) { throw err }",
        "try { a::now(|| a::divide(0)) } catch (err) { throw err }",
    ] {
        assert_eq!(place_of(call), "lib/a.rhai:10:18", "{call}");
    }
}
