//! What does not count.

use super::*;

#[test]
fn what_git_ignores_counts_only_where_a_pattern_leads_to_it() {
    let tree = Tree::new(&[
        (".gitignore", "*.pyc\ndist/\n/build\n.venv\n"),
        ("src/.gitignore", "!keep.pyc\ngenerated\n"),
        ("src/a.py", ""),
        ("src/a.pyc", ""),
        ("src/keep.pyc", ""),
        ("src/generated/b.py", ""),
        ("src/build/c.py", ""),
        ("build/d.py", ""),
        ("dist/e.whl", ""),
        ("dist/e.py", ""),
        (".venv/pyvenv.cfg", ""),
    ]);
    assert_eq!(
        tree.paths(&["**"]),
        ".gitignore src/.gitignore src/a.py src/build/c.py src/keep.pyc"
    );
    assert_eq!(tree.paths(&["**/*.py"]), "src/a.py src/build/c.py");
    assert_eq!(tree.paths(&["src/a.pyc"]), "src/a.pyc");
    assert_eq!(tree.paths(&["src/*.pyc"]), "src/keep.pyc");
    assert_eq!(
        tree.paths(&["dist/*.whl", "**/*.py"]),
        "dist/e.whl src/a.py src/build/c.py"
    );
    assert_eq!(tree.paths(&["src/generated/**"]), "src/generated/b.py");
    assert_eq!(tree.paths(&[".venv/pyvenv.cfg"]), ".venv/pyvenv.cfg");
    assert_eq!(tree.paths(&["dist/**", "!**/*.py"]), "dist/e.whl");
}

#[test]
fn rules_from_above_the_root_hold_down_from_the_repositorys_top() {
    let tree = Tree::new(&[
        (".gitignore", "everything-above-the-repository\n*.txt\n"),
        ("repository/.git/info/exclude", "*.local\n"),
        ("repository/.gitignore", "/app/out\n*.log\n"),
        ("repository/app/a.txt", ""),
        ("repository/app/a.log", ""),
        ("repository/app/a.local", ""),
        ("repository/app/out/b.txt", ""),
        ("repository/app/deep/out/c.txt", ""),
    ]);
    let files = Files::new(&tree.at("repository/app"), Index::default());
    assert_eq!(paths(&print(&files, &["**"])), "a.txt deep/out/c.txt");
}

#[test]
fn a_linked_working_tree_has_the_rules_of_its_repository() {
    let tree = Tree::new(&[
        ("main/.git/info/exclude", "*.local\n"),
        ("main/.git/worktrees/tree/commondir", "../..\n"),
        ("tree/.git", "gitdir: ../main/.git/worktrees/tree\n"),
        ("tree/a.local", ""),
        ("tree/a.txt", ""),
    ]);
    let files = Files::new(&tree.at("tree"), Index::default());
    assert_eq!(paths(&print(&files, &["**"])), "a.txt");
}

#[test]
fn gits_own_files_and_wharfs_never_count() {
    let tree = Tree::new(&[
        (".git/config", ""),
        (".wharf/journal", ""),
        ("vendored/.git/config", ""),
        ("vendored/a", ""),
        (".github/workflow", ""),
    ]);
    assert_eq!(tree.paths(&["**"]), ".github/workflow vendored/a");
    assert_eq!(tree.paths(&[".git/config", ".git/**", ".wharf/*"]), "");
}

#[test]
fn a_folder_that_no_pattern_can_match_in_is_not_entered() {
    let tree = Tree::new(&[("src/a.py", ""), ("docs/b.py", "")]);
    let entered = |globs: &[&str]| {
        let visits = walk(&tree, globs, &Folders::new(), None);
        let folders = visits.folders();
        let mut folders: Vec<_> = folders
            .map(|folder| String::from_utf8_lossy(&folder.way.path).into_owned())
            .collect();
        folders.sort();
        folders.join(" ")
    };
    assert_eq!(entered(&["src/**/*.py"]), " src/");
    assert_eq!(entered(&["*.py", "src"]), " src/");
    assert_eq!(entered(&["*.py"]), "");
    assert_eq!(entered(&["**/*.py", "!docs/"]), " src/");
}
