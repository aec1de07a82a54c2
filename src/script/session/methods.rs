//! What can stand behind a dot.

use std::any::TypeId;
use std::collections::BTreeMap;

use rhai::{Array, Dynamic, INT, ImmutableString};

use super::scan::{PieceKind, pieces};
use super::symbols::{Kind, Symbol, is_plain, parameters};
use super::{Session, last};
use crate::action;
use crate::script::Function;

/// What is of no use to a person, or not for calling.
const HIDDEN: [&str; 9] = [
    "debug",
    "exit",
    "get_fn_metadata_list",
    "is_shared",
    "print",
    "set_tag",
    "tag",
    "take",
    "to_blob",
];

impl Session {
    /// The names in the map that stands before the dot, and what can be called on it; on anything,
    /// where it is not known what it is. `before` ends in front of the dot.
    pub fn members(&self, before: &str) -> Vec<Symbol> {
        let receiver = self.receiver(before);
        let keys = receiver.as_ref().and_then(|value| {
            let map = value.read_lock::<rhai::Map>()?;
            Some(map.keys().map(ToString::to_string).collect::<Vec<_>>())
        });
        let keys = keys.into_iter().flatten().map(|name| Symbol {
            about: name.clone(),
            name,
            kind: Kind::Variable,
        });
        let wanted = receiver.as_ref().map(Dynamic::type_id);
        keys.chain(self.methods(wanted)).collect()
    }

    /// The value that `before` ends with, as far as it can be known without evaluating anything.
    fn receiver(&self, before: &str) -> Option<Dynamic> {
        let (pieces, _) = pieces(before);
        let mut code = pieces.iter().rev().filter(|piece| piece.is_code());
        let last = code.next()?;
        let alone = code
            .next()
            .is_none_or(|piece| !matches!(piece.text, "." | ":" | "`"));
        match (last.kind, last.text) {
            (PieceKind::Text, _) => Some(ImmutableString::new().into()),
            (PieceKind::Word, "_") if alone => self.scope.get(last::NAME).cloned(),
            (PieceKind::Word, word) if word.starts_with(|c: char| c.is_ascii_digit()) => {
                Some(Dynamic::from(INT::default()))
            }
            (PieceKind::Word, word) if alone => self.scope.get(word).cloned(),
            (PieceKind::Sign, "]") if before.trim_start().starts_with('[') => {
                Some(Array::new().into())
            }
            _ => None,
        }
    }

    fn methods(&self, wanted: Option<TypeId>) -> Vec<Symbol> {
        let anything = TypeId::of::<Dynamic>();
        let found = self.program.engine().collect_fn_metadata(
            None,
            |info| {
                let name = info.metadata.name.as_str();
                let of = *info.metadata.param_types.first()?;
                let fits = wanted.is_none_or(|wanted| of == wanted || of == anything);
                let other = action::find(name).is_some() || Function::find(name).is_some();
                let own = info.script.is_some() || !info.namespace.is_empty();
                if !fits || other || own || HIDDEN.contains(&name) || !is_plain(name) {
                    return None;
                }
                let about = format!("{name}{}", parameters(info.metadata.num_params - 1));
                Some((name.to_owned(), about))
            },
            true,
        );
        // One line a name: the shortest way to call it.
        let mut shortest: BTreeMap<String, String> = BTreeMap::new();
        for (name, about) in found {
            let known = shortest.entry(name).or_insert_with(|| about.clone());
            if about.len() < known.len() {
                *known = about;
            }
        }
        let methods = shortest.into_iter().map(|(name, about)| Symbol {
            name,
            kind: Kind::Method,
            about,
        });
        methods.collect()
    }
}
