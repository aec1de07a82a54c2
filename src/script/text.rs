//! The texts of a script that decide what a stage does: its own statement, the functions it calls,
//! the modules it uses.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rhai::{ASTNode, Expr, Position, Stmt};

use super::program::Program;
use super::units::Unit;
use crate::failure::Place;

/// The top-level statement at `place`, each function of its file that it calls, directly or through
/// others, and all of the modules whose functions those call. Comments at the end of a statement
/// belong to the next.
pub(super) fn behind(program: &Program, place: &Place) -> Texts {
    let units = program.units();
    let mut gathered = Gathered::default();
    let Some(unit) = units.find(&place.source.name) else {
        gathered.texts.add(OWN, &place.source.text);
        return gathered.texts;
    };
    let cuts = Cuts::of(&unit);
    gathered.add(OWN, &cuts.statement(place.span.start), &unit, &cuts);
    if gathered.all {
        gathered.texts = Texts::default();
        gathered.texts.add(OWN, &unit.source.text);
    }
    if gathered.texts.any(|text| text.contains("global::")) {
        for (name, text) in cuts.constants(&unit) {
            gathered.texts.add(&format!("constant `{name}`"), text);
        }
    }
    for path in &gathered.modules {
        let texts = &mut gathered.texts;
        module(program, &unit, path, texts, &mut BTreeSet::new());
    }
    gathered.texts
}

/// Texts by what they are, such as the function of a name; that completes “ran: … changed”.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts(BTreeMap<String, String>);

/// What a stage's own statement is called.
const OWN: &str = "its script";

impl Texts {
    pub(super) fn whole(text: &str) -> Self {
        let mut texts = Self::default();
        texts.add(OWN, text);
        texts
    }

    /// Functions may share a name.
    pub(super) fn add(&mut self, what: &str, text: &str) {
        let known = self.0.entry(what.to_owned()).or_default();
        known.push_str(text);
        known.push('\0');
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let texts = self.0.iter();
        texts.map(|(what, text)| (what.as_str(), text.as_str()))
    }

    fn any(&self, test: impl Fn(&str) -> bool) -> bool {
        self.0.values().any(|text| test(text))
    }
}

/// Adds the texts of a module and of all that it imports. One that cannot be loaded stands for
/// itself.
fn module(
    program: &Program,
    importer: &Unit,
    path: &str,
    texts: &mut Texts,
    seen: &mut BTreeSet<String>,
) {
    let units = program.units();
    let Ok(unit) = units.load_unit(program.engine(), &importer.source.name, path) else {
        return texts.add(&format!("module `{path}`"), path);
    };
    let name = &unit.source.name;
    if !seen.insert(name.clone()) {
        return;
    }
    let shown = name.strip_suffix(".rhai").unwrap_or(name);
    texts.add(&format!("module `{shown}`"), &unit.source.text);
    for path in super::literal::imports(&unit.ast) {
        module(program, &unit, &path, texts, seen);
    }
}

#[derive(Default)]
struct Gathered {
    texts: Texts,
    seen: BTreeSet<usize>,
    /// Paths of modules, as they are imported.
    modules: BTreeSet<String>,
    /// Whether a function is called by a name that is computed: it may be any.
    all: bool,
}

impl Gathered {
    fn add(&mut self, what: &str, range: &Range<usize>, unit: &Unit, cuts: &Cuts) {
        if !self.seen.insert(range.start) {
            return;
        }
        self.texts.add(what, &unit.source.text[range.clone()]);
        for call in cuts.calls.iter().filter(|call| range.contains(&call.at)) {
            match &call.module {
                Some(alias) => self.modules.extend(cuts.imported(alias)),
                None if call.name == "Fn" => self.all = true,
                None => {
                    for function in cuts.functions.get(&call.name).into_iter().flatten() {
                        let what = format!("function `{}`", call.name);
                        self.add(&what, function, unit, cuts);
                    }
                }
            }
        }
    }
}

/// Where the parts of a unit's text begin and end, in bytes.
struct Cuts {
    text: String,
    statements: Vec<Range<usize>>,
    /// Names, and where each begins.
    constants: Vec<(String, usize)>,
    functions: BTreeMap<String, Vec<Range<usize>>>,
    calls: Vec<Call>,
    /// Aliases with the paths they stand for.
    imports: Vec<(String, String)>,
}

struct Call {
    at: usize,
    name: String,
    module: Option<String>,
}

impl Cuts {
    fn of(unit: &Unit) -> Self {
        let text = &unit.source.text;
        let lines = Lines::of(text);
        let mut functions: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let library = unit.ast.shared_lib();
        for (_, _, name, _, function) in library.iter_script_fn_info() {
            let body = &function.body;
            if name.starts_with("anon$") {
                continue;
            }
            let start = lines.start_of_line(body.start_position());
            let end = lines.offset(body.end_position()).map(|end| end + 1);
            if let (Some(start), Some(end)) = (start, end) {
                let range = start..end.min(text.len());
                functions.entry(name.to_owned()).or_default().push(range);
            }
        }
        let starts: Vec<_> = unit
            .ast
            .statements()
            .iter()
            .filter_map(|statement| lines.start_of_line(statement.position()))
            .collect();
        let mut bounds: Vec<usize> = functions
            .values()
            .flatten()
            .map(|range| range.start)
            .collect();
        bounds.extend(&starts);
        bounds.push(text.len());
        bounds.sort_unstable();
        let statements = starts
            .iter()
            .map(|start| {
                let end = bounds.iter().copied().find(|bound| bound > start);
                *start..end.unwrap_or(text.len())
            })
            .collect();
        let constants = unit
            .ast
            .statements()
            .iter()
            .filter_map(|statement| {
                let start = lines.start_of_line(statement.position())?;
                Some((constant(statement)?, start))
            })
            .collect();
        let mut cuts = Self {
            text: text.clone(),
            statements,
            constants,
            functions,
            calls: Vec::new(),
            imports: Vec::new(),
        };
        cuts.read(unit, &lines);
        cuts
    }

    fn read(&mut self, unit: &Unit, lines: &Lines) {
        unit.ast.walk(&mut |path: &[ASTNode]| {
            match path.last() {
                Some(
                    ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position))
                    | ASTNode::Stmt(Stmt::FnCall(call, position)),
                ) => {
                    let module = call.namespace.path.first();
                    self.calls.extend(lines.offset(*position).map(|at| Call {
                        at,
                        name: call.name.to_string(),
                        module: module.map(|alias| alias.name.to_string()),
                    }));
                }
                Some(ASTNode::Stmt(Stmt::Import(import, _))) => {
                    if let Expr::StringConstant(path, _) = &import.0 {
                        let alias = import.1.name.to_string();
                        self.imports.push((alias, path.to_string()));
                    }
                }
                _ => {}
            }
            true
        });
    }

    /// The statement that `at` lies in, without the blank and comment lines after it.
    fn statement(&self, at: usize) -> Range<usize> {
        let found = self.statements.iter().find(|range| range.contains(&at));
        let range = found.cloned().unwrap_or(0..self.text.len());
        let text = &self.text[range.clone()];
        let kept = text
            .split_inclusive('\n')
            .scan(0, |end, line| {
                *end += line.len();
                Some((*end, line.trim()))
            })
            .filter(|(_, line)| !line.is_empty() && !line.starts_with("//"))
            .last();
        range.start..range.start + kept.map_or(0, |(end, _)| end)
    }

    fn constants<'a>(&'a self, unit: &'a Unit) -> impl Iterator<Item = (&'a str, &'a str)> {
        let constants = self.constants.iter();
        constants.map(|(name, at)| (name.as_str(), &unit.source.text[self.statement(*at)]))
    }

    fn imported(&self, alias: &str) -> Vec<String> {
        let known = self.imports.iter().filter(|(known, _)| known == alias);
        known.map(|(_, path)| path.clone()).collect()
    }
}

/// The name of the constant that `statement` declares.
fn constant(statement: &Stmt) -> Option<String> {
    match statement {
        Stmt::Var(variable, flags, _) if flags.contains(rhai::ASTFlags::CONSTANT) => {
            Some(variable.0.name.to_string())
        }
        _ => None,
    }
}

/// From lines and columns to bytes.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    fn start_of_line(&self, position: Position) -> Option<usize> {
        self.starts.get(position.line()?.checked_sub(1)?).copied()
    }

    fn offset(&self, position: Position) -> Option<usize> {
        let start = self.start_of_line(position)?;
        let column = position.position()?.checked_sub(1)?;
        let row = self.text[start..].char_indices();
        row.take(column + 1).last().map(|(at, _)| start + at)
    }
}
