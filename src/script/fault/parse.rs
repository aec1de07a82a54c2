//! What Rhai's parser says, in the user's words.

use rhai::{LexError, ParseErrorType};

use super::words::lower;
use crate::failure::Failure;

pub(super) fn failure(error: &ParseErrorType) -> Failure {
    use ParseErrorType as P;
    let message = match error {
        P::UnexpectedEOF => {
            return Failure::script("the script ends too early")
                .hint("is a `}`, `)` or `]` missing?");
        }
        P::BadInput(error) => return lexical(error),
        P::UnknownOperator(operator) => format!("there is no operator `{operator}`"),
        P::MissingToken(token, why) => format!("`{token}` is missing {}", lower(why)),
        P::MissingSymbol(what) => lower(what),
        P::DuplicatedProperty(name) => format!("the key `{name}` is there twice"),
        P::DuplicatedVariable(name) => format!("`{name}` is declared twice"),
        P::PropertyExpected => "the name of a property or method is missing".to_owned(),
        P::VariableExpected => "the name of a variable is missing".to_owned(),
        P::ForbiddenVariable(name) => format!("`{name}` cannot be used as a name"),
        P::Reserved(word) => {
            return Failure::script(format!("`{word}` is a reserved word"))
                .hint("use another name, or put a map's key in quotes");
        }
        P::MismatchedType(wanted, actual) => format!("expected {wanted}, got {actual}"),
        P::ExprExpected(what) => format!("{} is missing", lower(what)),
        P::WrongFnDefinition => "functions are defined at the top level only".to_owned(),
        P::FnDuplicatedDefinition(name, parameters) => {
            format!("there are two functions `{name}` with {parameters} parameters")
        }
        P::FnMissingName => "the function has no name".to_owned(),
        P::FnMissingParams(name) => format!("the function `{name}` has no parameter list"),
        P::FnDuplicatedParam(function, name) => {
            format!("the function `{function}` has two parameters `{name}`")
        }
        P::FnMissingBody(name) => format!("the function `{name}` has no body"),
        P::AssignmentToConstant(name) => format!("`{name}` is a constant"),
        P::VariableExists(name) => format!("`{name}` exists already"),
        P::VariableUndefined(name) => format!("unknown variable `{name}`"),
        P::ModuleUndefined(name) => format!("there is no module `{name}`"),
        P::ExprTooDeep => "this is nested too deeply".to_owned(),
        P::LoopBreak => "`break` and `continue` belong inside a loop".to_owned(),
        other => lower(&other.to_string()),
    };
    Failure::script(message)
}

fn lexical(error: &LexError) -> Failure {
    let message = match error {
        LexError::UnterminatedString => {
            return Failure::script("this text has no closing quote");
        }
        LexError::UnexpectedInput(input) => format!("unexpected `{input}`"),
        LexError::MalformedEscapeSequence(text) => format!("`{text}` is no escape sequence"),
        LexError::MalformedNumber(text) => format!("`{text}` is no number"),
        LexError::MalformedChar(text) => {
            return Failure::script(format!("`'{text}'` is no single character"))
                .hint("text stands in double quotes");
        }
        LexError::MalformedIdentifier(text) => format!("`{text}` is no proper name"),
        LexError::ImproperSymbol(symbol, why) if why.is_empty() => {
            format!("`{symbol}` means nothing here")
        }
        LexError::ImproperSymbol(_, why) => lower(why),
        other => lower(&other.to_string()),
    };
    Failure::script(message)
}
