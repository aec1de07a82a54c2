//! What the text of a script shows: where an option was written, what a comment above says.

use rhai::{AST, ASTNode, Expr, FnCallExpr, Ident, NativeCallContext, Position, Stmt};

use super::units::{Unit, Units};
use crate::failure::Place;

/// Whether the script calls `stage` anywhere; one that does not is a single stage itself.
pub(super) fn declares_stages(ast: &AST) -> bool {
    let mut found = false;
    each_call(ast, &mut |call, _| {
        found |= call.name == "stage" && call.namespace.is_empty();
    });
    found
}

/// Whether a function has the name of a closure, which is made up.
pub(super) fn is_closure(name: &str) -> bool {
    name.starts_with("anon$")
}

/// The paths of the modules that are imported anywhere, as far as they are written out.
pub(super) fn imports(ast: &AST) -> Vec<String> {
    let mut paths = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = path.last()
            && let Expr::StringConstant(path, _) = &import.0
        {
            paths.push(path.to_string());
        }
        true
    });
    paths
}

/// A call as it stands in a script: where its options were written, as far as they were written
/// out as literals.
pub(super) struct Call<'a> {
    units: &'a Units,
    unit: Unit,
    position: Position,
}

impl<'a> Call<'a> {
    /// The call of the host function that `context` was given to.
    pub(super) fn of(units: &'a Units, context: &NativeCallContext) -> Option<Self> {
        let unit = units.find(context.call_source().unwrap_or_default())?;
        Some(Self {
            units,
            unit,
            position: context.call_position(),
        })
    }

    /// The name of the option at `path` (`tag`, `retry.count`).
    pub(super) fn key(&self, path: &str) -> Option<Place> {
        let mut found = None;
        self.look(&mut |call| found = key_position(&call.args, path));
        self.place(found?)
    }

    /// The keys of the map that is the value of the option `key`, in the order they are written.
    pub(super) fn keys(&self, key: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.look(&mut |call| {
            if let Some(map) = find_value(&call.args, key, None) {
                found = entries(map).map(|(key, _)| key.name.to_string()).collect();
            }
        });
        found
    }

    /// The value at `path` (`tag`, `retry.count`, `command[1]`), or of it what is written out;
    /// `natural` is the option that the first argument stands for.
    pub(super) fn value(&self, path: &str, natural: Option<&str>) -> Option<Place> {
        let mut found = None;
        self.look(&mut |call| {
            found = find_value(&call.args, path, natural).map(Expr::start_position);
        });
        self.place(found?)
    }

    /// How the value of the option `key` is written, on one line, and no more of it than a reason has room
    /// for.
    pub(super) fn expression(&self, key: &str) -> Option<String> {
        // An expression with an operator is said to begin at that.
        let place = self.key(key)?;
        let rest = place.source.text[place.span.end..].trim_start();
        let rest = rest.strip_prefix(':')?;
        let words: Vec<_> = rest[..end_of_expression(rest)].split_whitespace().collect();
        let text = words.join(" ");
        match text.char_indices().nth(60) {
            Some((end, _)) => Some(format!("{}…", &text[..end])),
            None => Some(text),
        }
    }

    /// `text` where it is written as the value of the option `key`, or one of its items.
    pub(super) fn text(&self, key: &str, text: &str) -> Option<Place> {
        let is_it =
            |item: &&Expr| matches!(item, Expr::StringConstant(written, _) if written == text);
        let mut found = None;
        self.look(&mut |call| {
            found = find_value(&call.args, key, None).and_then(|value| match value {
                Expr::Array(items, _) => items.iter().find(is_it).map(Expr::start_position),
                one => Some(one).filter(is_it).map(Expr::start_position),
            });
        });
        self.place(found?)
    }

    fn look(&self, visit: &mut dyn FnMut(&FnCallExpr)) {
        if let Some(call) = self.unit.call_at(self.position) {
            visit(call);
        }
    }

    fn place(&self, position: Position) -> Option<Place> {
        self.units.place(&self.unit.source.name, position)
    }
}

/// The comment directly above the line of `place` that documents what stands there: lines that begin
/// with `///`, or a block between `/**` and `*/`.
pub(super) fn comment_above(place: &Place) -> String {
    let text = &place.source.text;
    let start_of_line = text[..place.span.start].rfind('\n').map_or(0, |at| at + 1);
    let above = text[..start_of_line].trim_end_matches(['\n', '\r', ' ', '\t']);
    let blank = text[above.len()..start_of_line].matches('\n').count() > 1;
    if let Some(block) = above.strip_suffix("*/").filter(|_| !blank) {
        let start = block.rfind("/*");
        let block = start.and_then(|start| block[start..].strip_prefix("/**"));
        return cleaned(block.unwrap_or_default().lines().map(|line| {
            let line = line.trim();
            line.strip_prefix('*').unwrap_or(line)
        }));
    }
    let lines = text[..start_of_line].lines().rev();
    let mut lines: Vec<_> = lines
        .map_while(|line| line.trim().strip_prefix("///"))
        .collect();
    lines.reverse();
    cleaned(lines.into_iter())
}

/// The lines of a comment without what surrounds its text.
fn cleaned<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<_> = lines.map(str::trim).collect();
    lines.join("\n").trim().to_owned()
}

/// Where the expression that `text` begins with ends: before the comma or bracket that is not its own.
fn end_of_expression(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(own), _) => {
                if c == own && !escaped {
                    quote = None;
                }
                escaped = c == '\\' && !escaped;
            }
            (None, '"' | '`' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}' | ',') if depth == 0 => return at,
            (None, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Calls `visit` with each function call in the script, and where its name stands.
pub(super) fn each_call(ast: &AST, visit: &mut dyn FnMut(&FnCallExpr, Position)) {
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(
            ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position))
            | ASTNode::Stmt(Stmt::FnCall(call, position)),
        ) = path.last()
        {
            visit(call, *position);
        }
        true
    });
}

/// The position of the key that `path` leads to in the map literals of a call, or of what is
/// written in the place of its map.
pub(super) fn key_position(arguments: &[Expr], path: &str) -> Option<Position> {
    let Some((parent, key)) = path.rsplit_once('.') else {
        let key = path.split('[').next().unwrap_or(path);
        let mut entries = arguments.iter().flat_map(entries);
        return entries.find_map(|(ident, _)| (ident.name == key).then_some(ident.pos));
    };
    let mut entries = find_value(arguments, parent, None)
        .into_iter()
        .flat_map(entries);
    let found = entries.find_map(|(ident, _)| (ident.name == key).then_some(ident.pos));
    found.or_else(|| value_position(arguments, parent))
}

/// As [`Call::value`].
pub(super) fn value_position(arguments: &[Expr], path: &str) -> Option<Position> {
    find_value(arguments, path, None).map(Expr::start_position)
}

fn find_value<'a>(arguments: &'a [Expr], path: &str, natural: Option<&str>) -> Option<&'a Expr> {
    let mut steps = path
        .split(['.', '[', ']'])
        .filter(|step| !step.is_empty())
        .peekable();
    let first = *steps.peek()?;
    let named = |argument: &'a Expr| entries(argument).find(|(ident, _)| ident.name == first);
    let mut value = match arguments.iter().find_map(named) {
        Some((_, value)) => value,
        None if natural == Some(first) => arguments.first()?,
        None => return None,
    };
    for step in steps.skip(1) {
        let deeper = match value {
            Expr::Array(items, _) => step.parse().ok().and_then(|index: usize| items.get(index)),
            map => entries(map).find_map(|(ident, value)| (ident.name == step).then_some(value)),
        };
        match deeper {
            Some(deeper) => value = deeper,
            None => break,
        }
    }
    Some(value)
}

fn entries(expression: &Expr) -> impl Iterator<Item = &(Ident, Expr)> {
    let entries = match expression {
        Expr::Map(map, _) => Some(map.0.iter()),
        _ => None,
    };
    entries.into_iter().flatten()
}
