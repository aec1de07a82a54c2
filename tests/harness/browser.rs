//! A page as a browser shows it.

use super::Project;

/// The document that a browser makes of the page at `address`, once its script has run. Whatever the
/// page complains about, and what its policy refuses, fails the test.
#[track_caller]
pub(crate) fn shown(project: &Project, address: &str) -> String {
    let browser = project.run_program(
        "chromium",
        [
            "--headless",
            // The tests may run as root, and in a container.
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--dump-dom",
            address,
        ],
    );
    let (code, shown, said) = browser.streams();
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("CONSOLE"), "{said}");
    shown
}
