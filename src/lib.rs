//! wharf runs a repository's deploy pipeline from one Rhai script.
//!
//! The map, from the top; a layer knows only those below it, and `tests/tidy.rs` holds it to that.
//!
//! | layer | what it is | what it must never know |
//! |---|---|---|
//! | [`cli`] | the command line: arguments, verbs, exit codes | |
//! | [`repl`] | entries typed one after the other: evaluated, shown, asked about | the command line |
//! | [`report`] | events drawn for a terminal, a pipe, CI | how anything is run |
//! | [`watch`] | which stages run again when, over time that is passed in | files, clocks, how anything is run |
//! | [`run`] | the stages of a plan, executed | how anything is drawn |
//! | [`reference`] | all that can be looked up: actions, functions, modules, the guide | how a terminal draws it |
//! | [`rehearsal`] | stand-ins that play the services on loopback | the script |
//! | [`script`] | the Rhai host: language, modules, checker, error places | stages' order |
//! | [`plan`] | stages as pure data: order, cycles, what runs and why | Rhai, files, time |
//! | [`journal`] | what was run, at rest: runs, stages, logs, in `.wharf/` | how anything is run or drawn |
//! | [`action`] | what a pipeline can do, one file and one descriptor each | Rhai |
//! | [`service`] | the only door outside: processes, HTTP, the engine | actions, stages |
//! | [`event`], [`effect`], [`cancel`], [`line`], [`secret`], [`failure`], [`words`] | the words the layers share | everything above |

pub mod action;
pub mod cancel;
pub mod cli;
pub mod effect;
pub mod event;
pub mod failure;
pub mod journal;
pub mod line;
pub mod plan;
pub mod reference;
pub mod rehearsal;
pub mod repl;
pub mod report;
pub mod run;
pub mod script;
pub mod secret;
pub mod service;
pub mod watch;
pub mod words;
