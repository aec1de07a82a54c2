//! What `catch (err)` gets for an error of the language itself.
//!
//! Rhai makes a map of such an error, with its own message in it. A failure takes the map's place,
//! so that a script reads `err.message` in the same words whatever went wrong, and so that
//! throwing it again keeps its place.

use rhai::{EvalAltResult, Map, Position};

/// What Rhai calls its errors. Services call theirs alike, but not by the same names.
const ERRORS: [&str; 31] = [
    "ErrorSystem",
    "ErrorParsing",
    "ErrorVariableExists",
    "ErrorForbiddenVariable",
    "ErrorVariableNotFound",
    "ErrorPropertyNotFound",
    "ErrorIndexNotFound",
    "ErrorFunctionNotFound",
    "ErrorModuleNotFound",
    "ErrorInFunctionCall",
    "ErrorInModule",
    "ErrorUnboundThis",
    "ErrorMismatchDataType",
    "ErrorMismatchOutputType",
    "ErrorIndexingType",
    "ErrorArrayBounds",
    "ErrorStringBounds",
    "ErrorBitFieldBounds",
    "ErrorFor",
    "ErrorDataRace",
    "ErrorAssignmentToConstant",
    "ErrorNonPureMethodCallOnConstant",
    "ErrorDotExpr",
    "ErrorArithmetic",
    "ErrorTooManyOperations",
    "ErrorTooManyModules",
    "ErrorStackOverflow",
    "ErrorDataTooLarge",
    "ErrorTerminated",
    "ErrorCustomSyntax",
    "ErrorRuntime",
];

/// The error that `map` was made of, and the name of the unit and the position it was caught at;
/// nothing for any other map.
pub(super) fn error(map: &Map) -> Option<(EvalAltResult, String, Position)> {
    let text = |key: &str| map.get(key)?.clone().into_immutable_string().ok();
    let number = |key: &str| {
        let number = map.get(key)?.as_int().ok()?;
        u16::try_from(number).ok()
    };
    if !ERRORS.contains(&text("error")?.as_str()) {
        return None;
    }
    let message = text("message")?;
    // What follows are the calls on the way.
    let mut lines = message.lines();
    let (innermost, source, position) = located(lines.next().unwrap_or_default());
    let module = lines.find_map(|line| line.strip_prefix("in module '")?.split('\'').next());
    if position != Position::NONE
        && let Some(source) = source.or(module)
    {
        return Some((told(innermost), source.to_owned(), position));
    }
    let position = match (number("line"), number("position")) {
        (Some(line), Some(column)) => Position::new(line.max(1), column),
        _ => Position::NONE,
    };
    let source = text("source").unwrap_or_default().to_string();
    Some((told(innermost), source, position))
}

/// `Variable not found: x @ 'lib/a.rhai' (line 2, position 5)` in its parts. Only what happened in
/// a function that was called says where: else it was where it was caught.
fn located(line: &str) -> (&str, Option<&str>, Position) {
    let placed = line.strip_suffix(')').and_then(|line| {
        let (rest, place) = line.rsplit_once(" (line ")?;
        let (line, column) = place.split_once(", position ")?;
        let position = Position::new(line.parse().ok()?, column.parse().ok()?);
        Some((rest, position))
    });
    let (rest, position) = placed.unwrap_or((line, Position::NONE));
    let sourced = rest
        .strip_suffix('\'')
        .and_then(|rest| rest.rsplit_once(" @ '"));
    match sourced {
        Some((rest, source)) => (rest, Some(source), position),
        None => (rest, None, position),
    }
}

/// The error that Rhai tells in these words.
fn told(message: &str) -> EvalAltResult {
    use EvalAltResult as E;
    let at = Position::NONE;
    let (kind, rest) = message.split_once(": ").unwrap_or((message, ""));
    let named = rest.to_owned();
    match kind {
        "Variable not found" => E::ErrorVariableNotFound(named, at),
        "Function not found" => E::ErrorFunctionNotFound(named, at),
        "Module not found" => E::ErrorModuleNotFound(named, at),
        "Property not found" => E::ErrorPropertyNotFound(named, at),
        "Invalid index" => E::ErrorIndexNotFound(named.into(), at),
        "Indexer unavailable" => E::ErrorIndexingType(named, at),
        "Variable already defined" => E::ErrorVariableExists(named, at),
        "'this' not bound" => E::ErrorUnboundThis(at),
        "For loop expects iterable type" => E::ErrorFor(at),
        "Data type incorrect" | "Output type incorrect" => {
            let (given, wanted) = rest.split_once(" (expecting ").unwrap_or((rest, ""));
            let wanted = wanted.trim_end_matches(')').to_owned();
            E::ErrorMismatchDataType(wanted, given.to_owned(), at)
        }
        _ if message.starts_with("Cannot modify constant ") => {
            let name = message.trim_start_matches("Cannot modify constant ");
            E::ErrorAssignmentToConstant(name.to_owned(), at)
        }
        _ if message.starts_with("Non-pure method '") => {
            let name = message.split('\'').nth(1).unwrap_or_default();
            E::ErrorNonPureMethodCallOnConstant(name.to_owned(), at)
        }
        _ if message.contains("property '") => E::ErrorDotExpr(message.to_owned(), at),
        _ => out_of_bounds(message).unwrap_or_else(|| E::ErrorArithmetic(message.to_owned(), at)),
    }
}

/// “Array index 5 out of bounds: only 2 elements in array”.
fn out_of_bounds(message: &str) -> Option<EvalAltResult> {
    let (what, bounds) = message.split_once(" out of bounds: ")?;
    let (what, index) = what.split_once(" index ")?;
    let index = index.parse().ok()?;
    let length = bounds
        .split(' ')
        .find_map(|word| word.parse().ok())
        .unwrap_or_default();
    let at = Position::NONE;
    Some(match what {
        "Array" => EvalAltResult::ErrorArrayBounds(length, index, at),
        "String" => EvalAltResult::ErrorStringBounds(length, index, at),
        _ => EvalAltResult::ErrorBitFieldBounds(length, index, at),
    })
}
