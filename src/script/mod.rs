//! The Rhai host: finds a script, compiles it, and turns its top level into a plan and bodies.
//! The only layer that knows Rhai.

mod body;
mod call;
mod catch;
pub mod check;
mod current;
mod cuts;
mod declare;
mod engine;
mod essence;
mod fault;
mod hook;
mod host;
mod isolate;
mod language;
mod literal;
mod locate;
mod matrices;
mod open_comment;
mod outline;
mod outputs;
mod program;
mod raised;
mod session;
mod snapshot;
mod span;
mod stage_options;
mod stdlib;
mod text;
mod told;
mod top_level;
mod units;
mod value;

pub use current::{Current, Whereabouts};
pub use essence::Essence;
pub use hook::Hook;
pub use host::{Host, Missing};
pub use language::{Family, Function, FunctionOption, LANGUAGE};
pub use locate::{FILE_NAME, folder, locate};
pub use outline::{Outline, stages_in};
pub use outputs::Outputs;
pub use program::{Declared, Program};
pub use session::{
    Completeness, Entry, Given, Inside, Kept, Kind as SymbolKind, Piece, PieceKind, Session,
    Symbol, pieces,
};
pub use stage_options::{STAGE_OPTIONS, StageOption};
pub use stdlib::{
    Documented, DocumentedExample, DocumentedFunction, DocumentedOption, own_modules,
    standard_modules,
};

/// What a thread that evaluates a script needs of stack: debug builds of the interpreter take far
/// more than threads have by default.
pub const STACK: usize = 16 << 20;
