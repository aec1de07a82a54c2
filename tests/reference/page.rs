//! The page, in a browser.

use crate::harness::{Project, browser};

/// What a browser makes of the page whose address ends in `query`.
fn shown(query: &str) -> String {
    let project = Project::new();
    let (code, page, said) = project.run(["docs", "--format", "html"]).streams();
    assert_eq!(code, 0, "{said}");
    project.write("reference.html", &page);
    let address = format!("file://{}{query}", project.path("reference.html").display());
    browser::shown(&project, &address)
}

#[test]
fn everything_is_on_the_page_and_the_way_to_it() {
    let page = shown("");
    for part in [
        "<a href=\"#docker_push\">docker_push</a>",
        "<section id=\"docker_push\"",
        "<a href=\"#guide/watch\">Watching</a>",
        "<section id=\"std/python\"",
        "<td><code>also_tags</code></td>",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    assert!(!page.contains("<section hidden"), "{page}");
    assert!(page.contains("<p id=\"none\" hidden=\"\">"), "{page}");
}

#[test]
fn a_search_leaves_what_has_all_its_words() {
    let page = shown("?q=also_tags+push");
    let hidden = |name: &str| {
        let start = page.find(&format!("<section id=\"{name}\"")).expect(name);
        let tag = page[start..].split('>').next().unwrap_or_default();
        tag.contains("hidden")
    };
    assert!(!hidden("docker_push"), "{page}");
    assert!(hidden("lint") && hidden("guide/watch"), "{page}");
    let page = shown("?q=nothingofthekind");
    assert!(page.contains("<p id=\"none\">"), "{page}");
}
