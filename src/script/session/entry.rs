//! One entry, and where it stands.

use std::sync::Arc;

use rhai::{AST, Engine};

use super::last;
use crate::failure::Failure;
use crate::script::units::Units;

/// What is to be evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    text: &'a str,
    /// The name and the text of the file that it is from, and how many lines stand before it there.
    file: Option<(&'a str, &'a str, usize)>,
}

impl<'a> Entry<'a> {
    /// One that was typed.
    pub fn typed(text: &'a str) -> Self {
        Self { text, file: None }
    }

    /// One that begins behind the first `lines` lines of `whole`, the text of the file called `name`.
    pub fn of_file(text: &'a str, name: &'a str, whole: &'a str, lines: usize) -> Self {
        Self {
            text,
            file: Some((name, whole, lines)),
        }
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The name it is known under, and what it is.
    pub(super) fn compile(
        &self,
        engine: &Engine,
        units: &Units,
        number: usize,
    ) -> Result<(String, Arc<AST>), Failure> {
        let (name, shown, text) = match self.file {
            None => (format!("entry {number}"), self.text, self.text.to_owned()),
            Some((name, whole, lines)) => (name.to_owned(), whole, "\n".repeat(lines) + self.text),
        };
        let uses = last::uses(&text);
        let unit = if uses.is_empty() {
            units.compile_part(engine, &name, shown, &text)?
        } else {
            units.compile_part(&last::parser(&text, &uses), &name, shown, &text)?
        };
        Ok((name, unit.ast))
    }
}
