//! A file of a script, cut into its statements and functions, with what each of these names.

use std::collections::BTreeMap;
use std::ops::Range;

use rhai::{ASTNode, Expr, Ident, Position, Stmt};

use super::literal;
use super::units::Unit;

/// Where the parts of a unit's text begin and end, in bytes.
pub(super) struct Cuts {
    text: String,
    statements: Vec<Range<usize>>,
    /// Names, and where each begins.
    constants: Vec<(String, usize)>,
    pub(super) functions: BTreeMap<String, Vec<Range<usize>>>,
    mentions: Vec<Mention>,
    /// Aliases with the paths they stand for.
    imports: Vec<(String, String)>,
}

/// A call, or a variable that may be a function or something of a module.
pub(super) struct Mention {
    at: usize,
    pub(super) name: String,
    pub(super) module: Option<String>,
}

impl Cuts {
    pub(super) fn of(unit: &Unit) -> Self {
        let text = &unit.source.text;
        let lines = Lines::of(text);
        let functions = functions(unit, &lines);
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
            mentions: Vec::new(),
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
                    self.mention(lines.offset(*position), &call.name, module);
                }
                Some(ASTNode::Expr(Expr::Variable(variable, _, position))) => {
                    let module = variable.2.path.first();
                    self.mention(lines.offset(*position), &variable.1, module);
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

    fn mention(&mut self, at: Option<usize>, name: &str, module: Option<&Ident>) {
        self.mentions.extend(at.map(|at| Mention {
            at,
            name: name.to_owned(),
            module: module.map(|alias| alias.name.to_string()),
        }));
    }

    pub(super) fn mentions(&self, range: &Range<usize>) -> impl Iterator<Item = &Mention> {
        let mentions = self.mentions.iter();
        mentions.filter(|mention| range.contains(&mention.at))
    }

    /// The statement that `at` lies in, without the blank and comment lines after it.
    pub(super) fn statement(&self, at: usize) -> Range<usize> {
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

    /// The statements that declare constants, by their names.
    pub(super) fn constants(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        let constants = self.constants.iter();
        constants.map(|(name, at)| (name.as_str(), self.statement(*at)))
    }

    /// The paths that `alias` stands for.
    pub(super) fn imported(&self, alias: &str) -> impl Iterator<Item = &str> {
        let known = self.imports.iter().filter(move |(known, _)| known == alias);
        known.map(|(_, path)| path.as_str())
    }

    /// All aliases.
    pub(super) fn aliases(&self) -> impl Iterator<Item = &str> {
        self.imports.iter().map(|(alias, _)| alias.as_str())
    }

    /// The text of each function, those of one name together.
    pub(super) fn texts(&self) -> BTreeMap<String, String> {
        let functions = self.functions.iter();
        functions
            .map(|(name, ranges)| {
                let texts = ranges.iter().map(|range| &self.text[range.clone()]);
                (name.clone(), texts.collect())
            })
            .collect()
    }
}

/// Where each function begins and ends, by their names. The parser notes of a function where its body
/// is: what is before that on the line may be another function.
fn functions(unit: &Unit, lines: &Lines) -> BTreeMap<String, Vec<Range<usize>>> {
    let library = unit.ast.shared_lib();
    let mut bodies: Vec<_> = library
        .iter_script_fn_info()
        .filter(|(_, _, name, _, _)| !literal::is_closure(name))
        .filter_map(|(_, _, name, _, function)| {
            let start = lines.offset(function.body.start_position())?;
            let end = lines.offset(function.body.end_position())? + 1;
            Some((start, end.min(lines.text.len()), name))
        })
        .collect();
    bodies.sort_unstable();
    let mut functions: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut last = 0;
    for (body, end, name) in bodies {
        let start = last + head(&lines.text[last..body], name);
        functions
            .entry(name.to_owned())
            .or_default()
            .push(start..end);
        last = end;
    }
    functions
}

/// Where in `text`, after which its body begins, the function called `name` does.
fn head(text: &str, name: &str) -> usize {
    let declares = |(at, _): &(usize, &str)| {
        let rest = text[at + 2..].trim_start();
        rest.len() < text.len() - at - 2 && rest.starts_with(name)
    };
    let found = text.rmatch_indices("fn").find(declares);
    let start = found.map_or(text.len(), |(at, _)| at);
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    // An indent, or `private`, is its own.
    match text[line..start].trim() {
        "" | "private" => line,
        _ => start,
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
