//! What symbolic links count as.

use super::*;

#[test]
fn a_link_counts_as_the_text_in_it() {
    let outside = Tree::new(&[("a", "1")]);
    let tree = Tree::new(&[("src/b", "")]);
    tree.link("src/a", &outside.at("a").display().to_string());
    let first = tree.print(&["src/*"]);
    assert_eq!(paths(&first), "src/a src/b");

    outside.write("a", "2");
    assert_eq!(tree.print(&["src/*"]).digest, first.digest);

    tree.remove("src/a");
    tree.link("src/a", "/elsewhere");
    let second = tree.print(&["src/*"]);
    assert_eq!(told(&first, &second), "src/a changed");

    // A file that holds the same text is not the same.
    tree.remove("src/a");
    tree.write("src/a", "/elsewhere");
    assert_eq!(told(&second, &tree.print(&["src/*"])), "src/a changed");
}

#[test]
fn a_link_to_a_file_below_the_root_makes_that_one_count() {
    let tree = Tree::new(&[
        (".gitignore", "ignored\n"),
        ("shared/one.toml", "1"),
        ("shared/ignored", ""),
        ("app/b", ""),
    ]);
    tree.link("app/settings.toml", "../shared/second");
    tree.link("shared/second", "one.toml");
    tree.link("app/other", "../shared/ignored");
    let first = tree.print(&["app/**"]);
    assert_eq!(
        paths(&first),
        "app/b app/other app/settings.toml shared/ignored shared/one.toml"
    );
    tree.write("shared/one.toml", "2");
    assert_eq!(
        told(&first, &tree.print(&["app/**"])),
        "shared/one.toml changed"
    );
    assert_eq!(
        tree.paths(&["app/**", "!shared"]),
        "app/b app/other app/settings.toml"
    );
}

#[test]
fn a_link_in_a_circle_or_to_nothing_is_a_text_like_any_other() {
    let tree = Tree::new(&[("src/a", "")]);
    tree.link("src/one", "two");
    tree.link("src/two", "one");
    tree.link("src/nothing", "../gone");
    tree.link("src/here", ".");
    tree.link("src/up", "..");
    assert_eq!(
        tree.paths(&["**"]),
        "src/a src/here src/nothing src/one src/two src/up"
    );
    assert_eq!(
        tree.paths(&["src/here/**", "src/here/up/src/a"])
            .matches("up/src/a")
            .count(),
        1
    );
}

#[test]
fn a_link_to_a_folder_is_followed_where_a_pattern_names_it() {
    let tree = Tree::new(&[("releases/5/a.py", "1"), ("releases/5/deep/b.py", "")]);
    tree.link("current", "releases/5");
    assert_eq!(tree.paths(&["*/*.py", "cur*"]), "current");
    assert_eq!(tree.paths(&["current/a.py"]), "current/a.py");
    let first = tree.print(&["current/**"]);
    assert_eq!(paths(&first), "current/a.py current/deep/b.py");
    tree.write("releases/5/a.py", "2");
    assert_eq!(
        told(&first, &tree.print(&["current/**"])),
        "current/a.py changed"
    );
}

#[test]
fn a_list_has_a_link_only_where_it_is_named_and_leads_to_a_file() {
    let tree = Tree::new(&[("a", "")]);
    tree.link("link", "a");
    tree.link("nothing", "gone");
    let list = |globs: &[&str]| {
        tree.files()
            .list(&texts(globs), &Cancel::new())
            .expect("files")
    };
    assert_eq!(list(&["*"]), [Path::new("a")]);
    assert_eq!(list(&["link", "nothing"]), [Path::new("link")]);
}
