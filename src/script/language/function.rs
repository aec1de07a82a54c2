//! What the reference tells of a function.

use super::{poll, retry};
use crate::action::Example;
use crate::script::STAGE_OPTIONS;

/// A function of the language that is no action.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// As it is called: `git::sha` with its module.
    pub name: &'static str,
    /// Each way to call it, with Rhai's names of types: `(name: String) -> String`. `?` is any.
    pub signatures: &'static [&'static str],
    /// Under 70 characters, an imperative, no full stop.
    pub summary: &'static str,
    /// What else there is to know, in Markdown.
    pub doc: &'static str,
    pub example: Example,
}

/// Functions that are about the same.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    pub name: &'static str,
    pub functions: &'static [Function],
}

/// An option of a function.
#[derive(Clone, Copy, Debug)]
pub struct FunctionOption {
    pub name: &'static str,
    /// What it takes, such as `a length of time`.
    pub kind: &'static str,
    pub doc: &'static str,
}

impl Function {
    /// The function called `name`.
    pub fn find(name: &str) -> Option<&'static Self> {
        let mut all = super::LANGUAGE.iter().flat_map(|family| family.functions);
        all.find(|function| function.name == name)
    }

    /// Each way to call it, in the language's words: `env(name: text) -> text`.
    pub fn calls(&self) -> Vec<String> {
        let signatures = self.signatures.iter();
        signatures
            .map(|signature| format!("{}{}", self.name, in_words(signature)))
            .collect()
    }

    /// What its map of options may hold.
    pub fn options(&self) -> Vec<FunctionOption> {
        match self.name {
            "stage" => {
                let options = STAGE_OPTIONS.iter();
                let option = |option: &crate::script::StageOption| FunctionOption {
                    name: option.name,
                    kind: option.kind,
                    doc: option.doc,
                };
                options.map(option).collect()
            }
            "retry" => retry::OPTIONS.to_vec(),
            "poll" => poll::OPTIONS.to_vec(),
            _ => Vec::new(),
        }
    }
}

/// A signature with the language's words in place of Rhai's names of types.
fn in_words(signature: &str) -> String {
    [
        (": String", ": text"),
        ("> String", "> text"),
        (": Map", ": map"),
        ("> Map", "> map"),
        (": Fn", ": function"),
        (": Array", ": array"),
        ("> Array", "> array"),
        (": int", ": number"),
        ("> bool", "> true or false"),
        (": ?", ": any"),
        ("> ?", "> any"),
    ]
    .into_iter()
    .fold(signature.to_owned(), |text, (name, word)| {
        text.replace(name, word)
    })
}
