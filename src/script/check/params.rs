//! Parameters on the command line that no script reads.

use std::collections::BTreeSet;

use super::imports::Loaded;
use super::site::Site;
use super::{Finding, Scene};
use crate::failure::{Failure, nearest};
use crate::script::program::Program;

/// The parameters that the scripts read, as far as they are written out.
#[derive(Default)]
pub(super) struct Params {
    names: BTreeSet<String>,
    /// The name of one is computed, so that it may be any.
    computed: bool,
}

impl Params {
    pub(super) fn add(&mut self, scene: &Scene, site: &Site) {
        if !scene.calls(site, "param") {
            return;
        }
        match site.text(0) {
            Some((name, _)) => {
                self.names.insert(name.to_string());
            }
            None => self.computed = true,
        }
    }

    pub(super) fn findings(&self, program: &Program, all: &[Loaded]) -> Vec<Finding> {
        let mut imports = all.iter().flat_map(|loaded| &loaded.imports);
        if self.computed || imports.any(|import| import.module.is_none()) {
            return Vec::new();
        }
        let given = program.host().params.keys();
        given
            .filter(|name| !self.names.contains(*name))
            .map(|name| Finding::error(self.unread(name)))
            .collect()
    }

    fn unread(&self, name: &str) -> Failure {
        let failure = Failure::script(format!("no script reads the parameter `{name}`"));
        let known: Vec<_> = self.names.iter().map(String::as_str).collect();
        match nearest(name, known.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None if known.is_empty() => failure.hint("there are no parameters here"),
            None => failure.hint(format!("there are: {}", known.join(", "))),
        }
    }
}
