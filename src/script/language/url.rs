//! `url_encode`: a text as a part of a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rhai::Engine;

use super::function::Function;
use crate::action::{Example, Expected};

/// All but what RFC 3986, section 2.3, leaves unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(in crate::script) const URL_ENCODE: Function = Function {
    name: "url_encode",
    signatures: &["(text: String) -> String"],
    summary: "Encode a text for a part of a URL's path or query",
    doc: "`http` does so itself for its `query`.",
    example: Example {
        title: "keeps a slash from being one",
        files: &[],
        script: r#"print("releases/" + url_encode("app/web@1.2"));"#,
        outcome: Expected::Prints("releases/app%2Fweb%401.2\n"),
    },
};

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("url_encode", |text: &str| {
        utf8_percent_encode(text, RESERVED).to_string()
    });
}
