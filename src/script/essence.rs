//! What a stage does as far as the script tells: its text, and what it captured.

use std::collections::BTreeMap;

use serde_json::Value;

use super::body::Body;
use super::program::{Declared, Program};
use super::text::{self, Texts};
use super::value;
use crate::plan::Stage;

/// Two stages of one essence do the same, given the same surroundings.
#[derive(Clone, Debug, PartialEq)]
pub struct Essence {
    /// The stage's statement, the functions it calls, the modules it uses.
    pub texts: Texts,
    /// The values of the variables around it, as they were when it was declared.
    pub captures: BTreeMap<String, Value>,
}

impl Program {
    pub fn essence(&self, declared: &Declared, stage: &Stage) -> Essence {
        let whole = || Texts::whole(&self.main().source.text);
        let Some(body) = declared.body(&stage.declared) else {
            return Essence {
                texts: whole(),
                captures: BTreeMap::new(),
            };
        };
        let mut texts = match body.place() {
            Some(place) => text::behind(self, &place),
            None => whole(),
        };
        let mut captures = BTreeMap::new();
        let condition = declared.condition(&stage.declared);
        for body in [Some(body), condition].into_iter().flatten() {
            self.add_captures(body, &mut captures, &mut texts);
        }
        Essence { texts, captures }
    }

    /// A captured closure has no value to compare: whatever it may be is in its file.
    fn add_captures(&self, body: &Body, captures: &mut BTreeMap<String, Value>, texts: &mut Texts) {
        for (name, captured) in body.captures(self.units()) {
            match value::to_json(&captured) {
                Ok(plain) => drop(captures.insert(name, plain)),
                Err(_) => {
                    if let Some(place) = body.place() {
                        texts.add("the file of its closures", &place.source.text);
                    }
                }
            }
        }
    }
}
