//! What a person may type: the names that are known, and what each is.

use rhai::{Expr, Stmt};

use super::defined::{Defined, functions};
use super::{Session, last};
use crate::action::ACTIONS;
use crate::script::Function;
use crate::script::declare::ONLY_IN_THE_SCRIPT;

/// A name, and a line about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// As it is typed; `git::sha` with its module.
    pub name: String,
    pub kind: Kind,
    /// How it is called, or what it is; begins with its name.
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

const KEYWORDS: [&str; 19] = [
    "break", "catch", "const", "continue", "else", "false", "fn", "for", "if", "import", "in",
    "let", "loop", "return", "switch", "throw", "true", "try", "while",
];

/// Functions of the language itself that need no value before a dot.
const FREE: [&str; 14] = [
    "abs",
    "ceiling",
    "floor",
    "max",
    "min",
    "parse_float",
    "parse_int",
    "print",
    "range",
    "round",
    "sqrt",
    "timestamp",
    "type_of",
    "debug",
];

impl Session {
    /// All names, sorted, each once; of functions of one name the last that was typed.
    pub fn symbols(&self) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = ACTIONS.iter().map(action).collect();
        symbols.extend(self.own_texts().iter().rev().flat_map(|text| {
            let functions = functions(text).into_iter().rev();
            functions.map(|known| function("", &known))
        }));
        symbols.extend(self.natives());
        // What was declared last hides what was before.
        let variables: Vec<_> = self.scope.iter().collect();
        symbols.extend(variables.iter().rev().map(|(name, _, value)| Symbol {
            name: (*name).to_owned(),
            kind: Kind::Variable,
            about: format!("{name}  {}", crate::script::value::name_of(value)),
        }));
        symbols.extend(self.imports.iter().flat_map(|import| self.imported(import)));
        symbols.extend(KEYWORDS.iter().map(|name| Symbol {
            name: (*name).to_owned(),
            kind: Kind::Keyword,
            about: (*name).to_owned(),
        }));
        symbols.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        symbols.dedup_by(|a, b| a.name == b.name);
        symbols.retain(|symbol| symbol.name != last::NAME);
        symbols
    }

    /// The stages that the script declares.
    pub fn stages(&self) -> Vec<String> {
        let declarations = self.program.host().declarations();
        let stages = declarations.plan.stages.iter();
        stages.map(|stage| stage.name.to_string()).collect()
    }

    /// The options of the function called `name`, each with what it is where it is not given; none
    /// where it does not say.
    pub fn options_of(&self, name: &str) -> Vec<(String, String)> {
        let texts = match name.split_once("::") {
            None => self.own_texts(),
            Some((alias, _)) => {
                let imports = self.imports.iter().rev();
                let found = imports
                    .filter_map(|import| self.module(import))
                    .find(|(known, ..)| known == alias);
                found.map(|(_, _, text)| text).into_iter().collect()
            }
        };
        let name = name.rsplit("::").next().unwrap_or(name);
        let defined = texts.iter().rev().flat_map(|text| functions(text));
        let mut found = defined.filter(|known| known.name == name && !known.options.is_empty());
        found.next().map(|known| known.options).unwrap_or_default()
    }

    /// The script, and what was typed and did not fail.
    fn own_texts(&self) -> Vec<String> {
        let units = self.program.units();
        let names = self.own.iter().map(|(name, _)| name.as_str());
        let names = std::iter::once(self.program.name()).chain(names);
        let found = names.filter_map(|name| units.find(name));
        found.map(|unit| unit.source.text.clone()).collect()
    }

    /// The name of an imported module, and its functions behind it.
    fn imported(&self, import: &Stmt) -> Vec<Symbol> {
        let Some((alias, path, text)) = self.module(import) else {
            return Vec::new();
        };
        let name = format!("{alias}::");
        let mut symbols = vec![Symbol {
            about: format!("{name}  the module `{path}`"),
            name: name.clone(),
            kind: Kind::Module,
        }];
        let functions = functions(&text).into_iter().rev();
        let public = functions.filter(|known| !known.is_private);
        symbols.extend(public.map(|known| function(&name, &known)));
        symbols
    }

    /// The name that an import gives its module, the module's path and its text.
    fn module(&self, import: &Stmt) -> Option<(String, String, String)> {
        let Stmt::Import(import, _) = import else {
            return None;
        };
        let Expr::StringConstant(path, _) = &import.0 else {
            return None;
        };
        let (engine, units) = (self.program.engine(), self.program.units());
        let unit = units.load_unit(engine, self.program.name(), path).ok()?;
        let text = unit.source.text.clone();
        Some((import.1.name.to_string(), path.to_string(), text))
    }

    /// Functions of the language that are called by their names alone.
    fn natives(&self) -> Vec<Symbol> {
        let engine = self.program.engine();
        engine.collect_fn_metadata(
            None,
            |info| {
                let name = info.metadata.name.as_str();
                if info.script.is_some() || ONLY_IN_THE_SCRIPT.contains(&name) {
                    return None;
                }
                let name = if info.namespace.is_empty() {
                    name.to_owned()
                } else {
                    format!("{}::{name}", info.namespace)
                };
                let about = match Function::find(&name) {
                    Some(known) => {
                        // The last way to call it has the most parameters.
                        let signature = known.signatures.last().copied().unwrap_or_default();
                        let signature = readable(signature);
                        format!("{name}{signature} – {}", known.summary)
                    }
                    None if FREE.contains(&name.as_str()) => {
                        format!("{name}{}", parameters(info.metadata.num_params))
                    }
                    None => return None,
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

/// Whether a person would type it: no operator, and nothing that the engine hides.
pub(super) fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !KEYWORDS.contains(&name)
}

pub(super) fn parameters(count: usize) -> &'static str {
    match count {
        0 => "()",
        _ => "(…)",
    }
}

/// A signature with the types in the words of the reference.
fn readable(signature: &str) -> String {
    let mut words = String::with_capacity(signature.len());
    for word in signature.split_inclusive(|c: char| !c.is_alphanumeric() && c != '?') {
        let end = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '?');
        words.push_str(match end {
            "String" => "text",
            "Fn" => "closure",
            "int" | "float" => "number",
            "bool" => "true or false",
            "?" => "any",
            "Map" => "map",
            "Array" => "array",
            other => other,
        });
        words.push_str(&word[end.len()..]);
    }
    words
}

fn function(module: &str, known: &Defined) -> Symbol {
    let name = format!("{module}{}", known.name);
    let mut about = format!("{name}({})", known.parameters);
    if !known.summary.is_empty() {
        about = format!("{about} – {}", known.summary);
    }
    Symbol {
        name,
        kind: Kind::Function,
        about,
    }
}

fn action(action: &crate::action::Descriptor) -> Symbol {
    let natural = action.natural.map(|natural| format!("{natural}, "));
    let natural = natural.unwrap_or_default();
    Symbol {
        name: action.name.to_owned(),
        kind: Kind::Action,
        about: format!("{}({natural}#{{ … }}) – {}", action.name, action.summary),
    }
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn types_are_told_in_words() {
        assert_eq!(
            readable("(name: String, default: ?) -> ?"),
            "(name: text, default: any) -> any"
        );
        assert_eq!(readable("(closure: Fn)"), "(closure: closure)");
    }
}
