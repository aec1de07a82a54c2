//! Which captured variables a closure changes, and which it reads after that.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, FnCallExpr, FnPtr, Position, Stmt};

use super::site;
use crate::script::units::Unit;

/// Methods that change what they are called on and give nothing back.
const CHANGING: [&str; 19] = [
    "append",
    "chop",
    "clear",
    "crop",
    "dedup",
    "fill_with",
    "insert",
    "make_lower",
    "make_upper",
    "mixin",
    "pad",
    "push",
    "replace",
    "reverse",
    "set",
    "sort",
    "splice",
    "trim",
    "truncate",
];

/// Methods that change what they are called on and give back what they took out.
const TAKING: [&str; 5] = ["drain", "pop", "remove", "retain", "shift"];

/// What a closure, and those written in it, do with what it captured.
pub(super) struct Changes {
    pub(super) made: Vec<Change>,
    reads: Vec<Read>,
    /// The closure's own function and those of closures written in it.
    pub(super) functions: BTreeSet<String>,
}

pub(super) struct Change {
    pub(super) name: String,
    /// Of the variable.
    pub(super) position: Position,
    /// "assignment to", "change of".
    pub(super) what: &'static str,
    /// Where in memory the statement or call is that changes it.
    node: usize,
    /// The loops around it.
    loops: Vec<usize>,
    /// The method gave something back that is used.
    gave: bool,
}

/// One variable where it is read.
pub(super) struct Read {
    pub(super) name: String,
    pub(super) position: Position,
    /// It is declared in the function that it is in.
    pub(super) own: bool,
    /// Where in memory all is that it is in.
    inside: Vec<usize>,
}

/// A closure in the one that is looked at.
struct Inner<'a> {
    function: &'a str,
    /// What it has from outside the outermost one; all it has where this is the outermost.
    captured: Option<Vec<String>>,
    /// Where in memory all is that it is in.
    around: Vec<usize>,
    /// It gets copies of its own, as those that `parallel` calls: what it changes is told there.
    copies: bool,
}

impl Changes {
    pub(super) fn of(unit: &Unit, closure: &str) -> Self {
        let mut changes = Self {
            made: Vec::new(),
            reads: Vec::new(),
            functions: BTreeSet::new(),
        };
        changes.add(
            unit,
            &Inner {
                function: closure,
                captured: None,
                around: Vec::new(),
                copies: false,
            },
        );
        let made = &changes.made;
        let is_read = |read: &Read| made.iter().all(|change| change.position != read.position);
        changes.reads.retain(is_read);
        changes
    }

    /// Whether the closure goes on to read what it changed. What is in a loop comes again; and a
    /// change that only reads what it changes, as `n = n + 1`, reads nothing of its own.
    pub(super) fn is_used(&self, change: &Change) -> bool {
        let again = |read: &Read| change.loops.iter().any(|node| read.inside.contains(node));
        let follows = |read: &Read| read.position > change.position || again(read);
        change.gave
            || self.reads.iter().any(|read| {
                read.name == change.name && !read.inside.contains(&change.node) && follows(read)
            })
    }

    /// An inner closure may be called more than once, as what is in a loop.
    fn add(&mut self, unit: &Unit, at: &Inner) {
        if !self.functions.insert(at.function.to_owned()) {
            return;
        }
        let body = site::function(unit, at.function);
        let mut last = 0;
        body.walk(&mut |path: &[ASTNode]| {
            last = path.first().map(address).unwrap_or_default();
            true
        });
        let outside = |name: &str| {
            let captured = at.captured.as_ref();
            captured.is_none_or(|names| names.iter().any(|known| known == name))
        };
        let around = |nodes: &mut dyn Iterator<Item = &ASTNode>| {
            let mut around = at.around.clone();
            around.extend(nodes.map(address));
            around
        };
        body.walk(&mut |path: &[ASTNode]| {
            if let Some(found) = change(unit, path)
                && outside(found.name)
                && !at.copies
            {
                let is_last = path.first().map(address) == Some(last);
                let loops = around(&mut path.iter().filter(|node| is_loop(node)));
                self.made.push(Change {
                    name: found.name.to_owned(),
                    position: found.position,
                    what: found.what,
                    node: path.last().map(address).unwrap_or_default(),
                    gave: found.gives && (!is_dropped(path) || is_last && loops.is_empty()),
                    loops,
                });
            }
            if let Some(read) = read(path)
                && !read.own
                && outside(&read.name)
            {
                let inside = around(&mut path.iter());
                self.reads.push(Read { inside, ..read });
            }
            if let Some(ASTNode::Expr(Expr::FnCall(call, _))) = path.last()
                && let Some((function, captured)) = curried(call)
            {
                let captured = captured.into_iter().filter(|name| outside(name)).collect();
                let inner = Inner {
                    function: &function,
                    captured: Some(captured),
                    around: around(&mut path.iter()),
                    copies: at.copies || is_parallel(path),
                };
                self.add(unit, &inner);
            }
            true
        });
    }
}

/// One change of a captured variable.
struct Found<'a> {
    name: &'a str,
    position: Position,
    what: &'static str,
    gives: bool,
}

fn change<'a>(unit: &Unit, path: &[ASTNode<'a>]) -> Option<Found<'a>> {
    let (variable, method) = match *path.last()? {
        ASTNode::Stmt(Stmt::Assignment(assignment)) => (&assignment.1.lhs, None),
        ASTNode::Expr(chain @ (Expr::Dot(pair, ..) | Expr::Index(pair, ..))) => match end(chain)? {
            Expr::MethodCall(call, _) => (&pair.lhs, Some(call)),
            _ => return None,
        },
        // Rhai gives a function its first argument itself, not a copy.
        ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
            (call.args.first()?, Some(call))
        }
        _ => return None,
    };
    let called = method.map(|call| call.name.as_str());
    let gives = called.is_some_and(|name| TAKING.contains(&name));
    if let Some(name) = called
        && (!gives && !CHANGING.contains(&name) || !unit.functions(name).is_empty())
    {
        return None;
    }
    let (name, position, own) = match called {
        None => root(variable)?,
        Some(_) => named(variable)?,
    };
    (!own).then_some(Found {
        name,
        position,
        what: called.map_or("assignment to", |_| "change of"),
        gives,
    })
}

/// The variable that an assignment to `expression` changes, also through its entries; and whether
/// it is declared in the function that it is in.
pub(super) fn root(expression: &Expr) -> Option<(&str, Position, bool)> {
    match expression {
        Expr::Index(pair, ..) | Expr::Dot(pair, ..) => {
            end(expression)?;
            named(&pair.lhs)
        }
        _ => named(expression),
    }
}

/// The parser knows where in its function a variable was declared, if it was.
fn named(expression: &Expr) -> Option<(&str, Position, bool)> {
    match expression {
        Expr::Variable(variable, _, position) if variable.2.is_empty() => {
            Some((&variable.1, *position, variable.0.is_some()))
        }
        _ => None,
    }
}

/// What stands last in a chain like `a.b[c].d()`, unless a method before it gave another value.
fn end(mut chain: &Expr) -> Option<&Expr> {
    let mut index = true;
    loop {
        let (pair, is_index) = match chain {
            Expr::Dot(pair, ..) => (pair, false),
            Expr::Index(pair, ..) => (pair, true),
            last => return Some(last),
        };
        if !index && matches!(pair.lhs, Expr::MethodCall(..)) {
            return None;
        }
        (chain, index) = (&pair.rhs, is_index);
    }
}

/// The variable that is named at the end of `path`, where it is not only given to a closure.
pub(super) fn read(path: &[ASTNode]) -> Option<Read> {
    let ASTNode::Expr(expression) = path.last()? else {
        return None;
    };
    let (name, position, own) = named(expression)?;
    if let [.., ASTNode::Expr(Expr::FnCall(call, _)), _] = path
        && curried(call).is_some()
    {
        return None;
    }
    Some(Read {
        name: name.to_owned(),
        position,
        own,
        inside: Vec::new(),
    })
}

/// The function of a closure that captures, and what it captures from outside the function that it
/// is written in.
fn curried(call: &FnCallExpr) -> Option<(String, Vec<String>)> {
    let [Expr::DynamicConstant(function, _), captured @ ..] = call.args.as_slice() else {
        return None;
    };
    let function = function.read_lock::<FnPtr>()?;
    if call.name != "curry" || !function.is_anonymous() {
        return None;
    }
    let names = captured.iter().filter_map(named);
    let names = names.filter(|(_, _, own)| !own);
    let names = names.map(|(name, ..)| name.to_owned()).collect();
    Some((function.fn_name().to_owned(), names))
}

fn is_loop(node: &ASTNode) -> bool {
    let ASTNode::Stmt(statement) = node else {
        return false;
    };
    matches!(statement, Stmt::While(..) | Stmt::Do(..) | Stmt::For(..))
}

fn is_parallel(path: &[ASTNode]) -> bool {
    path.iter().any(|node| {
        matches!(
            node,
            ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))
                if call.name == "parallel"
        )
    })
}

/// Whether what a call gave back is used by nothing.
fn is_dropped(path: &[ASTNode]) -> bool {
    matches!(
        path,
        [.., ASTNode::Stmt(Stmt::Expr(_)), _] | [.., ASTNode::Stmt(Stmt::FnCall(..))]
    )
}

fn address(node: &ASTNode) -> usize {
    match node {
        ASTNode::Stmt(statement) => std::ptr::from_ref::<Stmt>(statement).addr(),
        ASTNode::Expr(expression) => std::ptr::from_ref::<Expr>(expression).addr(),
        // The parser has no others now.
        _ => 0,
    }
}
