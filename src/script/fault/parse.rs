//! What Rhai's parser says, in the user's words.

use rhai::{LexError, ParseErrorType};

use super::words::{counted, plain};
use crate::failure::Failure;

pub(super) fn failure(error: &ParseErrorType) -> Failure {
    use ParseErrorType as P;
    let message = match error {
        P::UnexpectedEOF => {
            return Failure::script("the script ends too early")
                .hint("is a `}`, `)` or `]` missing?");
        }
        P::BadInput(error) => return lexical(error),
        P::Reserved(word) => return reserved(word),
        P::UnknownOperator(operator) => format!("there is no operator `{operator}`"),
        P::MissingToken(token, why) => missing(token, why),
        P::MissingSymbol(what) if what.is_empty() => "something is missing here".to_owned(),
        P::MissingSymbol(what) => expected(what),
        P::MalformedIndexExpr(what) => index(what),
        P::MalformedCapture(_) => "`!` does not belong here".to_owned(),
        P::DuplicatedProperty(name) => format!("the key `{name}` is there twice"),
        P::DuplicatedVariable(name) => format!("`{name}` is there twice"),
        P::WrongSwitchIntegerCase => "a number cannot follow a range in a `switch`".to_owned(),
        P::WrongSwitchDefaultCase => "`_` must be the last case of a `switch`".to_owned(),
        P::WrongSwitchCaseCondition => "this case cannot have a condition".to_owned(),
        P::PropertyExpected => "the name of a property or method is missing".to_owned(),
        P::VariableExpected => "the name of a variable is missing".to_owned(),
        P::ForbiddenVariable(name) => format!("`{name}` cannot be used as a name"),
        P::MismatchedType(wanted, given) => mismatched(wanted, given),
        P::ExprExpected(what) => match what.trim_start_matches("a ") {
            "literal" => "a case of a `switch` must be written out: text, a number, a range",
            "boolean" => "a condition is missing",
            _ => "a value is missing",
        }
        .to_owned(),
        P::WrongFnDefinition => {
            return Failure::script("functions are defined at the top level only")
                .hint("a closure can be defined anywhere: `let f = |x| …;`");
        }
        P::FnDuplicatedDefinition(name, parameters) => {
            let parameters = counted(*parameters, "parameter");
            format!("there are two functions `{name}` with {parameters}")
        }
        P::FnMissingName => "the function has no name".to_owned(),
        P::FnMissingParams(name) => format!("the function `{name}` has no parameter list"),
        P::FnDuplicatedParam(function, name) => {
            format!("{} has two parameters `{name}`", named(function))
        }
        P::FnMissingBody(name) => format!("{} has no body", named(name)),
        P::WrongExport => "`export` belongs at the top level".to_owned(),
        P::AssignmentToConstant(name) if !name.is_empty() => format!("`{name}` is a constant"),
        P::AssignmentToConstant(_) | P::AssignmentToInvalidLHS(_) => {
            "only a variable, or an entry of one, can be assigned to".to_owned()
        }
        P::VariableExists(name) => format!("`{name}` exists already"),
        P::VariableUndefined(name) => format!("unknown variable `{name}`"),
        P::ModuleUndefined(name) => format!("there is no module `{name}`"),
        P::ExprTooDeep => "this is nested too deeply".to_owned(),
        P::TooManyFunctions => "the script has too many functions".to_owned(),
        P::LiteralTooLarge(..) => "this is too long".to_owned(),
        P::LoopBreak => "`break` and `continue` belong inside a loop".to_owned(),
        other => plain(&other.to_string()),
    };
    Failure::script(message)
}

fn lexical(error: &LexError) -> Failure {
    let message = match error {
        LexError::UnterminatedString => "this text has no closing quote".to_owned(),
        LexError::UnexpectedInput(input) => format!("unexpected `{input}`"),
        LexError::StringTooLong(_) => "this text is too long".to_owned(),
        LexError::MalformedEscapeSequence(text) => {
            return Failure::script(format!("`{text}` is no escape sequence"))
                .hint("a backslash itself is written `\\\\`");
        }
        LexError::MalformedNumber(_) => "this is no number".to_owned(),
        LexError::MalformedChar(text) => {
            return Failure::script(format!("`'{text}'` is no single character"))
                .hint(super::QUOTES);
        }
        LexError::MalformedIdentifier(text) => format!("`{text}` is no proper name"),
        LexError::ImproperSymbol(symbol, why) => return improper(symbol, why),
        other => plain(&other.to_string()),
    };
    Failure::script(message)
}

/// A symbol of another language, or one in the wrong place.
fn improper(symbol: &str, why: &str) -> Failure {
    let refused = |message: &str| Failure::script(message);
    match symbol {
        "eval" => refused("there is no `eval`: a script can be checked only as it is written"),
        "this" => refused("`this` has a meaning in functions only"),
        "=" => refused("`=` assigns").hint("did you mean `==`?"),
        _ => {
            let failure = Failure::script(format!("`{symbol}` means nothing here"));
            match why.split("Should it be ").nth(1) {
                Some(better) => failure.hint(format!(
                    "did you mean `{}`?",
                    better
                        .trim_start_matches("simply ")
                        .trim_matches(['\'', '?'])
                )),
                None => failure,
            }
        }
    }
}

fn reserved(word: &str) -> Failure {
    if !word.starts_with(char::is_alphabetic) {
        return Failure::script(format!("`{word}` means nothing here"));
    }
    Failure::script(format!("`{word}` is a reserved word"))
        .hint("use another name, or put a map's key in quotes")
}

/// Purposes of tokens in Rhai's words, and what is said where one is missing. `OF` stands for the name in
/// the purpose, `TOKEN` for the token; the longer of two alike goes first.
const MISSING: [(&str, &str); 26] = [
    (
        "to separate the arguments",
        "`,` or `)` is missing after an argument of `OF`",
    ),
    (
        "to close the arguments",
        "`)` is missing after the arguments of `OF`",
    ),
    (
        "to separate the items of this array",
        "`,` or `]` is missing in this array",
    ),
    (
        "to separate the items of this object map",
        "`,` or `}` is missing in this map",
    ),
    (
        "to end this object map",
        "a key, or `}`, is missing in this map",
    ),
    (
        "to end this array",
        "`]` is missing at the end of this array",
    ),
    (
        "to separate the parameters of function",
        "`,` or `)` is missing after a parameter of `OF`",
    ),
    (
        "to separate the parameters of anonymous",
        "`,` or `|` is missing after a parameter of the closure",
    ),
    (
        "to close the parameters list of anonymous",
        "the name of a parameter, or `|`, is missing",
    ),
    (
        "to start a switch block",
        "`{` is missing before the cases of `switch`",
    ),
    (
        "to separate the items in this switch block",
        "`,` or `}` is missing after a case of `switch`",
    ),
    (
        "to end this switch block",
        "`}` is missing at the end of `switch`",
    ),
    ("to start arguments list", "`(` is missing after `!`"),
    (
        "to enclose the catch variable",
        "`)` is missing after the variable of `catch`",
    ),
    (
        "to close the iteration variable",
        "`)` is missing after the variables of `for`",
    ),
    (
        "following 'private'",
        "`private` can stand before `fn` only",
    ),
    (
        "to close the parameters list",
        "the name of a parameter, or `)`, is missing",
    ),
    (
        "to follow the property",
        "`:` is missing after the key `OF`",
    ),
    ("to terminate this statement", "`;` is missing before this"),
    (
        "to terminate this block",
        "`}` is missing at the end of a block",
    ),
    ("to start a statement block", "`{` is missing before this"),
    ("for a matching", "`TOKEN` is missing"),
    (
        "for the do statement",
        "`while` or `until` is missing after `do`",
    ),
    ("for the 'try' statement", "`catch` is missing after `try`"),
    (
        "after the iteration variable",
        "`TOKEN` is missing after the loop's variable",
    ),
    ("in this switch case", "`TOKEN` is missing in this case"),
];

/// What is missing, from the token that Rhai wants and its purpose.
fn missing(token: &str, why: &str) -> String {
    let of = why.split('\'').nth(1).unwrap_or_default();
    let mut known = MISSING.iter();
    match known.find(|(purpose, _)| why.starts_with(purpose)) {
        Some((_, message)) => message.replace("OF", of).replace("TOKEN", token),
        None => format!("`{token}` is missing {}", plain(why)),
    }
}

/// “Expecting a string” and its kin.
fn expected(what: &str) -> String {
    let what = plain(what.trim_start_matches("Expecting "));
    format!("{what} is missing")
}

/// “Object map expects string index, not a number” and its kin.
fn index(what: &str) -> String {
    let given = what
        .rsplit(", not ")
        .next()
        .map(kind)
        .filter(|_| what.contains(", not "));
    match given {
        Some(given) if what.starts_with("Object map") => {
            format!("a map has texts as keys, not {given}")
        }
        Some(given) => format!("items are counted with whole numbers, not {given}"),
        None => "this is no index".to_owned(),
    }
}

fn mismatched(wanted: &str, given: &str) -> String {
    let given = kind(given);
    match wanted {
        "a boolean expression" => format!("a condition must be true or false, not {given}"),
        "an iterable value" => {
            format!("`for` goes through an array, a range or a text, not {given}")
        }
        wanted => format!("expected {}, got {given}", plain(wanted)),
    }
}

/// The parser's names of kinds of values in the user's words.
fn kind(name: &str) -> &str {
    match name {
        "()" => "nothing",
        "a boolean" => "true or false",
        "a string" => "text",
        "a float" | "a floating-point number" => "a number with a point",
        other => other,
    }
}

fn named(function: &str) -> String {
    if function.is_empty() {
        "the closure".to_owned()
    } else {
        format!("the function `{function}`")
    }
}
