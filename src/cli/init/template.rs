//! A ready pipeline as text, cut down to what a project has.
//!
//! What stands between `//? NEED` and `//? end` is kept where the need is met, and is a comment that
//! begins with the reason where it is not. No stage that is kept needs one that is not, and none
//! publishes before one that tests, or at least warns.

use std::fmt::Write;

const MARK: &str = "//? ";
const END: &str = "end";

/// Whose stages say whether the project is right; the others prepare it and publish it.
const CHECKS: [&str; 3] = ["tests", "examples", "linter"];

/// `missing` is why a need is not met.
pub(super) fn adapt(
    template: &str,
    name: &str,
    missing: impl Fn(&str) -> Option<String>,
) -> String {
    let sections: Vec<_> = sections(template)
        .into_iter()
        .map(|(need, text)| (need, text, need.and_then(&missing)))
        .collect();
    let kept = || sections.iter().filter(|(_, _, why)| why.is_none());
    let mut declared: Vec<_> = kept().flat_map(|(_, text, _)| stages(text)).collect();
    let is_checked = kept()
        .filter(|(need, ..)| need.is_none_or(|need| CHECKS.contains(&need)))
        .any(|(_, text, _)| stages(text).next().is_some());
    let publishes = kept().any(|(need, ..)| *need == Some("image"));
    let stand_in = sections
        .iter()
        .find(|(need, _, why)| *need == Some("tests") && why.is_some())
        .filter(|_| publishes || !is_checked)
        .and_then(|(_, text, _)| stages(text).next());
    declared.extend(stand_in);
    let mut made = String::new();
    for (need, text, why) in &sections {
        match why {
            None => text
                .lines()
                .for_each(|line| push(&mut made, &only(line, &declared))),
            Some(why) => {
                push(&mut made, &format!("// Not yet: {why}."));
                text.lines()
                    .for_each(|line| push(&mut made, &comment(line)));
            }
        }
        if let (Some("tests"), Some(stage)) = (need, stand_in) {
            made.push_str(&nothing(stage));
        }
    }
    made.replace("{name}", name)
}

/// A stage in the place of the tests: a pipeline that does nothing is nowhere to begin from, and one
/// that only publishes does so untested.
fn nothing(stage: &str) -> String {
    format!(
        r#"
/// Nothing yet: a command that has to succeed before a deploy goes here, such as `sh("make test")`
stage("{stage}", || warn("nothing is tested yet: wharf.rhai says where to begin"));
"#
    )
}

/// The text in its order, with what it needs.
fn sections(template: &str) -> Vec<(Option<&str>, String)> {
    let mut found = vec![(None, String::new())];
    for line in template.lines() {
        match line.strip_prefix(MARK) {
            Some(END) => found.push((None, String::new())),
            Some(need) => found.push((Some(need), String::new())),
            None => {
                let (_, text) = found.last_mut().expect("one that the text begins with");
                push(text, line);
            }
        }
    }
    found
}

/// The names of the stages that a text declares.
fn stages(text: &str) -> impl Iterator<Item = &str> {
    let declared = text
        .lines()
        .filter_map(|line| line.strip_prefix("stage(\""));
    declared.filter_map(|rest| Some(rest.split_once('"')?.0))
}

/// The line, whose `needs` are of these stages only.
fn only(line: &str, stages: &[&str]) -> String {
    let needs = line.split_once("needs: [").and_then(|(before, rest)| {
        let (names, after) = rest.split_once("], ")?;
        Some((before, names, after))
    });
    let Some((before, names, after)) = needs else {
        return line.to_owned();
    };
    let there = names
        .split(", ")
        .filter(|name| stages.contains(&name.trim_matches('"')));
    match there.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => format!("{before}{after}"),
        names => format!("{before}needs: [{names}], {after}"),
    }
}

fn comment(line: &str) -> String {
    format!("// {line}").trim_end().to_owned()
}

fn push(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a text can grow");
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::adapt;

    const TEMPLATE: &str = r#"// A pipeline.

//? tests
/// Tests
stage("test", || run_tests());
//? end

//? linter
stage("lint", || lint());
//? end

//? image
stage("image", #{ needs: ["test", "lint"], when: release }, || {
    docker_build("me/{name}")
});

stage("deploy", #{ needs: ["image"], when: release }, || render_deploy());
//? end
"#;

    fn adapted(missing: &[&str]) -> String {
        adapt(TEMPLATE, "quay", |need| {
            let missing = missing.contains(&need);
            missing.then(|| format!("there is no {need}"))
        })
    }

    #[test]
    fn what_is_there_is_kept() {
        assert_snapshot!(adapted(&["linter"]), @r#"
        // A pipeline.

        /// Tests
        stage("test", || run_tests());

        // Not yet: there is no linter.
        // stage("lint", || lint());

        stage("image", #{ needs: ["test"], when: release }, || {
            docker_build("me/quay")
        });

        stage("deploy", #{ needs: ["image"], when: release }, || render_deploy());
        "#);
    }

    #[test]
    fn what_is_missing_stays_as_a_comment() {
        assert_snapshot!(adapted(&["tests", "linter", "image"]), @r#"
        // A pipeline.

        // Not yet: there is no tests.
        // /// Tests
        // stage("test", || run_tests());

        /// Nothing yet: a command that has to succeed before a deploy goes here, such as `sh("make test")`
        stage("test", || warn("nothing is tested yet: wharf.rhai says where to begin"));

        // Not yet: there is no linter.
        // stage("lint", || lint());

        // Not yet: there is no image.
        // stage("image", #{ needs: ["test", "lint"], when: release }, || {
        //     docker_build("me/quay")
        // });
        //
        // stage("deploy", #{ needs: ["image"], when: release }, || render_deploy());
        "#);
    }
}
