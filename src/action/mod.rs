//! What a pipeline can do: one file an action, one descriptor each, from which registration,
//! checks, messages, help and documentation all come. Knows no Rhai: options and results are JSON.

mod context;
mod docker_build;
mod docker_context;
mod docker_push;
mod duration;
mod error;
pub mod format;
mod gate;
mod hidden;
mod hold;
mod http;
mod image;
mod lint;
pub mod options;
mod outlet;
mod perform;
mod render_deploy;
mod replay;
mod run_tests;
pub mod schema;
mod sentry_notify;
mod sh;
mod toolchain;
mod trace;

use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use context::{Context, Environment, Injected, Standins};
pub use duration::Duration;
pub use error::{ActionError, ErrorKind};
pub use gate::{Answer, Gate, about};
pub use hidden::{hide, hide_credentials};
pub use hold::Hold;
pub(crate) use lint::is_configured as has_linter;
pub use outlet::Outlet;
pub use perform::carry_out;
pub use replay::{Done, Replay};
pub use trace::{Reading, Trace};

pub use crate::effect::Effect;

/// Every action, in the order the reference lists them.
pub const ACTIONS: &[Descriptor] = &[
    sh::ACTION,
    run_tests::ACTION,
    lint::ACTION,
    docker_context::ACTION,
    docker_build::ACTION,
    docker_push::ACTION,
    render_deploy::ACTION,
    http::ACTION,
    sentry_notify::ACTION,
];

/// The descriptor of the action called `name`.
pub fn find(name: &str) -> Option<&'static Descriptor> {
    ACTIONS.iter().find(|action| action.name == name)
}

/// An action as its author writes it: a unit struct that implements this, and
/// `pub(super) const ACTION: Descriptor = Descriptor::of::<ThatStruct>();`.
pub trait Action {
    /// The function's name in a script and the name of the action's file.
    const NAME: &'static str;
    const CATEGORY: Category;
    /// Under 70 characters, an imperative, no full stop.
    const SUMMARY: &'static str;
    /// The effect when [`Action::effect`] does not say otherwise.
    const EFFECT: Effect;
    /// The option that a single non-map argument fills.
    const NATURAL: Option<&'static str>;
    /// At least one that passes and one that fails.
    const EXAMPLES: &'static [Example];
    /// What it reads from the environment in place of options, and fails without.
    const SETTINGS: &'static [Setting] = &[];
    /// When it fails; each completes “fails …”.
    const ERRORS: &'static [&'static str];
    /// A struct with `#[serde(deny_unknown_fields)]`, a doc comment per field, and all fields
    /// optional but those without which a call makes no sense.
    type Options: DeserializeOwned + JsonSchema;
    /// Plain data with a doc comment per field.
    type Output: Serialize + JsonSchema;

    /// The effect of a call with these options.
    fn effect(_options: &Self::Options) -> Effect {
        Self::EFFECT
    }

    /// What a call with these options does to what it is about, where its name does not tell.
    fn verb(_options: &Self::Options) -> Option<String> {
        None
    }

    /// Does the work. In a rehearsal `context.standins` is set for calls that would leave the machine.
    fn run(context: &Context, options: Self::Options) -> Result<Self::Output, ActionError>;
}

/// Headings of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    Commands,
    Quality,
    Images,
    Deploys,
    Notifications,
}

impl Category {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Commands => "commands",
            Self::Quality => "quality",
            Self::Images => "images",
            Self::Deploys => "deploys",
            Self::Notifications => "notifications",
        }
    }
}

/// A variable of the environment that stands in for an option.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub option: &'static str,
    pub name: &'static str,
    /// An option, and whether it has to be given or left out for this to be read.
    pub beside: Option<(&'static str, bool)>,
    /// Whether an empty value is one.
    pub may_be_empty: bool,
}

/// A script that documents an action and tests it.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Completes “this example …”.
    pub title: &'static str,
    /// Paths and contents of the project the example runs in.
    pub files: &'static [(&'static str, &'static str)],
    /// A whole `wharf.rhai`.
    pub script: &'static str,
    pub outcome: Expected,
}

#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// What the script prints, whole.
    Prints(&'static str),
    /// A part of the error's message.
    Fails(&'static str),
}

/// All that wharf knows about one action.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    pub name: &'static str,
    pub category: Category,
    pub summary: &'static str,
    pub effect: Effect,
    pub natural: Option<&'static str>,
    pub examples: &'static [Example],
    pub settings: &'static [Setting],
    pub errors: &'static [&'static str],
    /// JSON schema of the options: an object with `properties`.
    pub options: fn() -> Schema,
    pub output: fn() -> Schema,
    /// The effect of a call with these options; the options' own error when they are wrong.
    pub effect_of: fn(&Value) -> Result<Effect, ActionError>,
    /// As [`Action::verb`]; nothing when the options are wrong.
    pub verb_of: fn(&Value) -> Option<String>,
    pub run: fn(&Context, Value) -> Result<Value, ActionError>,
}

impl Descriptor {
    pub const fn of<A: Action>() -> Self {
        Self {
            name: A::NAME,
            category: A::CATEGORY,
            summary: A::SUMMARY,
            effect: A::EFFECT,
            natural: A::NATURAL,
            examples: A::EXAMPLES,
            settings: A::SETTINGS,
            errors: A::ERRORS,
            options: || schemars::schema_for!(A::Options),
            output: || schemars::schema_for!(A::Output),
            effect_of: |options| read::<A>(options.clone()).map(|options| A::effect(&options)),
            verb_of: |options| A::verb(&read::<A>(options.clone()).ok()?),
            run: |context, options| {
                let done = A::run(context, read::<A>(options)?)?;
                serde_json::to_value(done).map_err(|error| {
                    ActionError::caused("the result cannot be told as plain data", &error)
                })
            },
        }
    }
}

/// Options from plain data, or which of them is wrong and how.
fn read<A: Action>(options: Value) -> Result<A::Options, ActionError> {
    serde_path_to_error::deserialize(options).map_err(|error| {
        let path = error.path().to_string();
        ActionError::option(path, error.into_inner().to_string())
    })
}
