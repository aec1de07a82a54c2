//! pytest, read from the `JUnit` file it writes.

use quick_junit::TestCase;

use super::report::Report;
use super::{Options, Runner, junit};
use crate::action::toolchain::{Project, Python, Show};
use crate::action::{ActionError, Context};

pub(super) fn run(
    context: &Context,
    project: &mut Project,
    options: &Options,
) -> Result<Report, ActionError> {
    let python = Python::of(project);
    context.say(format!("python: {}", python.origin));
    python.needs(context, project, "pytest")?;
    let file = tempfile::NamedTempFile::new()
        .map_err(|error| ActionError::caused("there is no room for the results", &error))?;
    let mut words = python.module("pytest");
    words.push(format!("--junitxml={}", file.path().display()));
    // The default family leaves out file and line.
    words.extend(["-o", "junit_family=xunit1"].map(str::to_owned));
    words.extend(options.args.iter().cloned());
    words.extend(options.paths.iter().cloned());
    let ran = project.run(context, &words, Show::All)?;
    let xml = std::fs::read_to_string(file.path()).unwrap_or_default();
    match ran.code() {
        3 => return Err(ran.broke("pytest broke inside")),
        4 => return Err(ran.broke("pytest does not understand its arguments or configuration")),
        code if xml.is_empty() && code != 0 => {
            return Err(ran.broke(format!(
                "pytest ended with exit code {code}, without results"
            )));
        }
        _ => {}
    }
    let cases = junit::read(&xml, name)?;
    let complaint = match ran.code() {
        0 | 5 => None,
        1 => Some("all tests passed, and pytest failed: is coverage below its threshold?"),
        2 => Some("pytest was interrupted"),
        6 => Some("pytest met more warnings than are allowed"),
        _ => Some("pytest ended with an exit code that is not known"),
    };
    let seconds = ran.finished.took.as_secs_f64();
    Ok(Report::of(Runner::Pytest, cases, seconds, ran.code()).complaining(complaint))
}

/// The node id, with which pytest runs the test alone: `file::Class::test`.
fn name(case: &TestCase) -> String {
    let test = case.name.as_str();
    let file = case
        .extra
        .iter()
        .find(|(key, _)| key.as_str() == "file")
        .map(|(_, file)| file.as_str());
    let class = case.classname.as_ref().map_or("", |class| class.as_str());
    let Some(file) = file else {
        // A module that could not be collected has only its dotted name.
        return if class.is_empty() {
            test.to_owned()
        } else {
            format!("{class}::{test}")
        };
    };
    let module = file.trim_end_matches(".py").replace('/', ".");
    match class
        .strip_prefix(&module)
        .map(|rest| rest.trim_start_matches('.'))
    {
        Some("") | None => format!("{file}::{test}"),
        Some(inner) => format!("{file}::{}::{test}", inner.replace('.', "::")),
    }
}
