//! Stand-ins on loopback that play the services during a rehearsal.

mod registry;
mod server;
