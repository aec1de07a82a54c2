//! Engines that break in the middle, played: none does so when it is asked to.

use insta::assert_snapshot;

use crate::harness::{Project, Standin};

/// An engine from before `BuildKit`.
const PING: (&str, &str) = ("200 OK\nApi-Version: 1.38\nOsType: linux", "OK");

/// A stream that ends before it says so.
const CUT: (&str, &str) = (
    "200 OK\nTransfer-Encoding: chunked",
    "ff\r\n{\"stream\":\"Step 1/1 : FROM scratch\\n\"}\r\n",
);

fn failure(engine: &Standin, script: &str) -> String {
    let project = Project::new()
        .file("Dockerfile", "FROM scratch\nCOPY app.py /\n")
        .file("app.py", "print(1)\n")
        .env("DOCKER_HOST", format!("tcp://{}", engine.address))
        .script(script);
    project.run(["run"]).failure()
}

fn full(line: &str) -> (&'static str, String) {
    let why = "write /var/lib/docker/tmp/layer: no space left on device";
    let error = format!(r#"{{"errorDetail":{{"message":"{why}"}},"error":"{why}"}}"#);
    ("200 OK", format!("{line}\r\n{error}\r\n"))
}

#[test]
fn a_disk_that_gets_full_during_a_build_is_told_as_that() {
    let (status, body) = full(r#"{"stream":"Step 2/2 : COPY app.py /\n"}"#);
    let engine = Standin::answering(&[PING, (status, &body)]);
    assert_snapshot!(failure(&engine, r#"docker_build("me/app:1");"#), @"
    exit: 1
    error: `docker_build`: the disk of the Docker Engine at `tcp://127.0.0.1:[port]` is full
    cause: write /var/lib/docker/tmp/layer: no space left on device
    hint: `docker system df` shows what fills it; `docker builder prune` and `docker image prune` make room
    ");
}

#[test]
fn an_engine_that_dies_during_a_build_is_told_as_gone() {
    let engine = Standin::answering(&[PING, CUT]);
    assert_snapshot!(failure(&engine, r#"docker_build("me/app:1");"#), @"
    exit: 1
    error: `docker_build`: the Docker Engine at `tcp://127.0.0.1:[port]` went away in the middle of the build
    cause: error reading a body from connection
    hint: look into its log (`journalctl -u docker`) and run again: steps that were done need not be again
    ");
}

#[test]
fn a_disk_that_gets_full_during_a_push_is_told_as_that() {
    let (status, body) = full(r#"{"status":"Pushing","id":"c0ffee"}"#);
    let engine = Standin::answering(&[PING, (status, &body)]);
    assert_snapshot!(push(&engine), @"
    exit: 1
    error: `docker_push`: `127.0.0.1:[port]/me/app:1` could not be pushed
    cause: write /var/lib/docker/tmp/layer: no space left on device
    hint: the disk of the engine or of the registry is full; at the engine `docker system df` shows what fills it; `docker builder prune` and `docker image prune` make room
    ");
}

#[test]
fn an_engine_that_dies_during_a_push_is_told_as_gone() {
    let engine = Standin::answering(&[PING, CUT]);
    assert_snapshot!(push(&engine), @"
    exit: 1
    error: `docker_push`: `127.0.0.1:[port]/me/app:1` could not be pushed
    cause: the Docker Engine broke off
    cause: error reading a body from connection
    cause: end of file before message length reached
    hint: try again later; `retry` tells how often that is done here
    ");
}

fn push(engine: &Standin) -> String {
    let registry = Standin::new("200 OK", "{}");
    let image = format!("{}/me/app:1", registry.address);
    failure(
        engine,
        &format!(r#"docker_push("{image}", #{{ retry: 1 }});"#),
    )
}
