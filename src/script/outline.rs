//! What a script consists of, by names: its files, their functions, and what it reads of the
//! environment.

use std::collections::{BTreeMap, BTreeSet};

use rhai::Expr;
use serde::{Deserialize, Serialize};

use super::literal;
use super::program::Program;
use super::session::{Piece, PieceKind, pieces};

/// One file of a script, as hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    text: String,
    functions: BTreeMap<String, String>,
}

impl Outline {
    /// The functions that are other ones `now`, or there only in one of the two.
    pub fn differing(&self, now: &Self) -> Vec<&str> {
        let names = self.functions.keys();
        names
            .filter(|name| self.functions.get(*name) != now.functions.get(*name))
            .map(String::as_str)
            .collect()
    }
}

impl Program {
    /// The script and all modules that were loaded so far.
    pub fn outlines(&self) -> BTreeMap<String, Outline> {
        let hash = |text: &str| blake3::hash(text.as_bytes()).to_string();
        let outline = |unit: &super::units::Unit| {
            let functions = self.cuts().functions(unit).into_iter();
            let outline = Outline {
                text: hash(&unit.source.text),
                functions: functions.map(|(name, text)| (name, hash(&text))).collect(),
            };
            (unit.source.name.clone(), outline)
        };
        self.units().all().iter().map(outline).collect()
    }

    /// The names that the script reads from the environment, as far as they are written out.
    pub fn environment_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for unit in self.units().all() {
            literal::each_call(&unit.ast, &mut |call, _| {
                let reads = call.name == "env" || call.name == "secret";
                if let Some(Expr::StringConstant(name, _)) = call.args.first().filter(|_| reads) {
                    names.insert(name.to_string());
                }
            });
        }
        names
    }
}

/// The names of stages that are written out in `text`, which need be no script that can be evaluated.
pub fn stages_in(text: &str) -> Vec<&str> {
    let (pieces, _) = pieces(text);
    let code: Vec<_> = pieces.into_iter().filter(Piece::is_code).collect();
    let calls = code.windows(4).filter(|four| {
        let [called, opens, name, follows] = four else {
            return false;
        };
        (called.text, opens.text, follows.text) == ("stage", "(", ",")
            && name.kind == PieceKind::Text
    });
    calls.filter_map(|four| plain(four[2].text)).collect()
}

/// What stands in the quotes, if it stands for itself.
fn plain(text: &str) -> Option<&str> {
    let quoted = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    let inner = quoted('"').or_else(|| quoted('`'))?;
    (!inner.contains('\\')).then_some(inner)
}
