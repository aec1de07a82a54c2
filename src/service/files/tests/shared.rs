//! One run whose stages share what is known.

use super::*;

#[test]
fn a_folder_is_read_once_until_it_is_forgotten() {
    let tree = Tree::new(&[("src/a.py", "1"), ("src/b.txt", "1")]);
    let files = tree.files();
    let first = print(&files, &["**/*.py"]);
    tree.write("src/a.py", "2");
    tree.write("src/c.py", "");
    tree.write("src/b.txt", "2");

    assert!(Arc::ptr_eq(&first, &print(&files, &["**/*.py"])));
    let other = print(&files, &["src/*"]);
    assert_eq!(paths(&other), "src/a.py src/b.txt");
    assert!(told(&first, &other).ends_with("src/b.txt added"));

    files.forget();
    assert_eq!(print(&files, &["**/*.py"]), tree.print(&["**/*.py"]));
    assert_eq!(
        told(&other, &print(&files, &["src/*"])),
        "src/a.py changed, src/c.py added"
    );
}

#[test]
fn stages_may_ask_at_the_same_time() {
    let tree = Tree::new(&[]);
    for number in 0..200 {
        tree.write(format!("{}/{number}", number % 20), &number.to_string());
    }
    let files = tree.files();
    let expected = tree.print(&["**"]).digest;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(print(&files, &["**"]).digest, expected);
                    files.forget();
                }
            });
        }
    });
}

#[test]
fn a_cancelled_fingerprint_leaves_nothing_behind() {
    let tree = Tree::new(&[("a", &"x".repeat(600_000)), ("b", "1")]);
    let files = tree.files();
    let cancel = Cancel::new();
    cancel.cancel(crate::cancel::Reason::Interrupted);
    let stopped = files.fingerprint(&texts(&["**"]), &cancel);
    assert!(matches!(stopped, Err(FilesError::Cancelled)), "{stopped:?}");
    let stopped = files.list(&texts(&["**"]), &cancel);
    assert!(matches!(stopped, Err(FilesError::Cancelled)), "{stopped:?}");
    assert_eq!(print(&files, &["**"]), tree.print(&["**"]));
}
