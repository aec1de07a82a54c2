//! What a person may type: the names that are known, and what each is.

use rhai::{Expr, FnAccess, Stmt};

use super::Session;
use crate::action::ACTIONS;
use crate::script::Function;
use crate::script::literal;

/// A name, and a line about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// As it is typed; `git::sha` with its module.
    pub name: String,
    pub kind: Kind,
    /// How it is called, or what it is.
    pub about: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Action,
    Function,
    Method,
    Variable,
    Module,
    Keyword,
}

const KEYWORDS: [&str; 20] = [
    "break", "catch", "const", "continue", "else", "false", "fn", "for", "if", "import", "in",
    "let", "loop", "return", "switch", "throw", "true", "try", "while", "stage",
];

impl Session {
    /// All names, sorted, each once.
    pub fn symbols(&self) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = ACTIONS.iter().map(action).collect();
        symbols.extend(self.natives());
        for unit in self.program.units().all() {
            let functions = unit.ast.iter_functions().filter_map(|function| {
                let closure = literal::is_closure(function.name);
                (!closure).then(|| Symbol {
                    name: function.name.to_owned(),
                    kind: Kind::Function,
                    about: format!("{}({})", function.name, function.params.join(", ")),
                })
            });
            let own =
                unit.source.name == self.program.name() || unit.source.name.starts_with("entry ");
            symbols.extend(functions.filter(|_| own));
        }
        symbols.extend(self.scope.iter().map(|(name, _, value)| Symbol {
            name: name.to_owned(),
            kind: Kind::Variable,
            about: super::name_of(&value).to_owned(),
        }));
        symbols.extend(self.imports.iter().flat_map(|import| self.imported(import)));
        symbols.extend(KEYWORDS.iter().map(|name| Symbol {
            name: (*name).to_owned(),
            kind: Kind::Keyword,
            about: String::new(),
        }));
        symbols.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        symbols.dedup_by(|a, b| a.name == b.name);
        symbols.retain(|symbol| symbol.name != super::last::NAME);
        symbols
    }

    /// The stages that the script declares, and the entries did.
    pub fn stages(&self) -> Vec<String> {
        let declarations = self.program.host().declarations();
        let stages = declarations.plan.stages.iter();
        stages.map(|stage| stage.name.to_string()).collect()
    }

    /// The names in the map that a variable holds; none if it holds something else.
    pub fn keys_of(&self, variable: &str) -> Vec<String> {
        let variable = if variable == "_" {
            super::last::NAME
        } else {
            variable
        };
        let map = self
            .scope
            .get(variable)
            .and_then(rhai::Dynamic::read_lock::<rhai::Map>);
        map.map_or_else(Vec::new, |map| {
            map.keys().map(ToString::to_string).collect()
        })
    }

    /// The name of an imported module, and its functions behind it.
    fn imported(&self, import: &Stmt) -> Vec<Symbol> {
        let Stmt::Import(import, _) = import else {
            return Vec::new();
        };
        let alias = &import.1.name;
        let mut symbols = vec![Symbol {
            name: format!("{alias}::"),
            kind: Kind::Module,
            about: "an imported module".to_owned(),
        }];
        if let Expr::StringConstant(path, _) = &import.0
            && let Ok(unit) = {
                let (engine, units) = (self.program.engine(), self.program.units());
                units.load_unit(engine, self.program.name(), path)
            }
        {
            let functions = unit.ast.iter_functions();
            let functions = functions.filter(|function| {
                !literal::is_closure(function.name) && function.access == FnAccess::Public
            });
            symbols.extend(functions.map(|function| Symbol {
                name: format!("{alias}::{}", function.name),
                kind: Kind::Function,
                about: format!("{alias}::{}({})", function.name, function.params.join(", ")),
            }));
        }
        symbols
    }

    /// Functions that are neither Rhai's operators nor what it hides.
    fn natives(&self) -> Vec<Symbol> {
        let engine = self.program.engine();
        engine.collect_fn_metadata(
            None,
            |info| {
                let name = info.metadata.name.as_str();
                let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                let known = KEYWORDS.contains(&name) && name != "stage";
                if !plain || known {
                    return None;
                }
                let name = if info.namespace.is_empty() {
                    name.to_owned()
                } else {
                    format!("{}::{name}", info.namespace)
                };
                let about = match Function::find(&name) {
                    Some(known) => format!("{name}{} – {}", known.signatures[0], known.summary),
                    None if info.metadata.num_params == 0 => format!("{name}()"),
                    None => format!("{name}(…)"),
                };
                Some(Symbol {
                    about,
                    name,
                    kind: Kind::Function,
                })
            },
            true,
        )
    }
}

fn action(action: &crate::action::Descriptor) -> Symbol {
    let natural = action.natural.unwrap_or_default();
    Symbol {
        name: action.name.to_owned(),
        kind: Kind::Action,
        about: format!("{}({natural}, #{{ … }}) – {}", action.name, action.summary),
    }
}
