//! What a user sees: every test here writes a project into a temporary folder and runs the real
//! binary in it. One binary, so that the suite links once.

mod actions;
mod building;
mod call;
mod check;
mod choosing;
mod django;
mod docker_push;
mod environment;
mod errors;
mod git;
mod graph;
#[allow(dead_code, reason = "authors of tests come after their harness")]
mod harness;
mod hooks;
mod http;
mod init;
mod journal;
mod language;
mod lint;
mod masking;
mod matrix;
mod modules;
mod parallel;
mod parallel_calls;
mod planning;
mod plans;
mod projects;
mod readme;
mod reference;
mod rehearsal;
mod render;
mod repl;
mod report;
mod results;
mod resuming;
mod run_tests;
mod sentry;
mod sh;
mod shells;
mod skipping;
mod stages;
mod stopping;
mod tidy;
mod watch;
mod words;
