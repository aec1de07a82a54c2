//! The reference as one page that needs nothing beside itself, with a search.

use std::fmt::Write as _;

use pulldown_cmark::{Options, Parser, html::push_html};

use super::markdown::{capital, markdown};
use super::{Entry, Kind, entries};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing is loaded.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'";

/// The page, whole.
pub fn html() -> String {
    let entries = entries();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>wharf: the reference</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    navigation(&mut page, &entries);
    page.push_str("<main>\n<p id=\"none\" hidden>Nothing matches.</p>\n");
    for entry in &entries {
        section(&mut page, entry);
    }
    let _ = write!(
        page,
        "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    );
    page
}

fn navigation(page: &mut String, entries: &[Entry]) {
    page.push_str(
        "<nav>\n<h1>wharf</h1>\n<input type=\"search\" placeholder=\"Search ( / )\" aria-label=\"Search\" \
         autocomplete=\"off\">\n",
    );
    let groups = entries.chunk_by(|a, b| (a.kind, a.group) == (b.kind, b.group));
    for group in groups {
        let _ = write!(page, "<h2>{}</h2>\n<ul>\n", capital(group[0].group));
        for entry in group {
            let name = &entry.name;
            let shown = match entry.kind {
                Kind::Chapter => &entry.summary,
                _ => name,
            };
            let _ = writeln!(page, "<li><a href=\"#{name}\">{shown}</a></li>");
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</nav>\n");
}

fn section(page: &mut String, entry: &Entry) {
    let name = &entry.name;
    let _ = writeln!(page, "<section id=\"{name}\">");
    let text = markdown(Some(entry));
    push_html(page, Parser::new_ext(&text, Options::ENABLE_TABLES));
    page.push_str("</section>\n");
}
