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
