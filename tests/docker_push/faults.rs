//! Registries that fail, for a moment or for good, and a run that is stopped.

use std::time::Duration;

use insta::assert_snapshot;
use rustix::process::Signal;

use super::faulty::{Fault, Faulty, Spoiled};
use super::{Image, pushing, told};
use crate::harness::Services;

/// Pushes past a registry that spoils one kind of answer.
fn past(name: &str, spoiled: Spoiled) -> String {
    let services = Services::from_env();
    let faulty = Faulty::before(&services.open_registry, spoiled);
    let image = Image::called(&services, format!("{}/{name}:1", faulty.address));
    let call = format!("\"{}\", #{{ retry: 1 }}", image.name);
    told(pushing(&services, &call).run(["run"]))
}

#[test]
fn a_fault_that_passes_is_told_and_tried_again() {
    let told = past(
        "push-fault-login",
        Spoiled {
            method: "GET",
            path: "/v2/",
            times: 1,
            fault: Fault::Status(503, "down for a moment"),
        },
    );
    assert_snapshot!(told, @r#"
    exit: 0
    ── stdout
    #{"digest": "sha256:[digest]", "reference": "127.0.0.1:[port]/push-fault-login:1", "simulated": false, "tags": ["127.0.0.1:[port]/push-fault-login:1"]}
    ── stderr
    ▸ script
      warning: the registry `127.0.0.1:[port]` answers 503 Service Unavailable: down for a moment; trying again in [time]
      pushing `127.0.0.1:[port]/push-fault-login:1` without a login
      pushed `127.0.0.1:[port]/push-fault-login:1` ([layers]): sha256:[digest]
    ✓ script [time]
    1 passed in [time]
    "#);
    let told = past(
        "push-fault-push",
        Spoiled {
            method: "PUT",
            path: "/manifests/",
            times: 1,
            fault: Fault::Status(500, ""),
        },
    );
    assert_snapshot!(told, @r#"
    exit: 0
    ── stdout
    #{"digest": "sha256:[digest]", "reference": "127.0.0.1:[port]/push-fault-push:1", "simulated": false, "tags": ["127.0.0.1:[port]/push-fault-push:1"]}
    ── stderr
    ▸ script
      pushing `127.0.0.1:[port]/push-fault-push:1` without a login
      warning: received unexpected HTTP status: 500 Internal Server Error; trying again in [time]
      pushed `127.0.0.1:[port]/push-fault-push:1` ([layers]): sha256:[digest]
    ✓ script [time]
    1 passed in [time]
    "#);
}

#[test]
fn a_fault_that_stays_is_the_failure() {
    let told = past(
        "push-fault-stays",
        Spoiled {
            method: "PUT",
            path: "/manifests/",
            times: 9,
            fault: Fault::Status(
                429,
                r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"come back tomorrow"}]}"#,
            ),
        },
    );
    assert_snapshot!(told, @"
    exit: 1
    ── stderr
    ▸ script
      pushing `127.0.0.1:[port]/push-fault-stays:1` without a login
      warning: toomanyrequests: come back tomorrow; trying again in [time]
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_push`: `127.0.0.1:[port]/push-fault-stays:1` could not be pushed
    cause: toomanyrequests: come back tomorrow
    hint: try again later; `retry` tells how often that is done here
    ");
}

#[test]
fn a_push_that_is_denied_is_not_tried_again() {
    let told = past(
        "push-denied",
        Spoiled {
            method: "PUT",
            path: "/manifests/",
            times: 9,
            fault: Fault::Status(
                403,
                r#"{"errors":[{"code":"DENIED","message":"this tag is frozen"}]}"#,
            ),
        },
    );
    assert_snapshot!(told, @"
    exit: 1
    ── stderr
    ▸ script
      pushing `127.0.0.1:[port]/push-denied:1` without a login
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_push`: `127.0.0.1:[port]` refuses `127.0.0.1:[port]/push-denied:1`: denied: this tag is frozen
    hint: set `DOCKERHUB_USERNAME` and `DOCKERHUB_PASSWORD`, or run `docker login 127.0.0.1:[port]`
    ");
}

#[test]
fn a_registry_with_another_digest_fails() {
    let told = past(
        "push-mismatch",
        Spoiled {
            method: "HEAD",
            path: "/manifests/",
            times: 1,
            fault: Fault::Digest,
        },
    );
    assert_snapshot!(told, @"
    exit: 1
    ── stderr
    ▸ script
      pushing `127.0.0.1:[port]/push-mismatch:1` without a login
      pushed `127.0.0.1:[port]/push-mismatch:1` ([layers]): sha256:[digest]
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_push`: `127.0.0.1:[port]/push-mismatch:1` is sha256:[digest] in the registry, not sha256:[digest] as it was pushed
    hint: something else pushes to the same tag: give each push a tag of its own
    ");
}

#[test]
fn a_registry_that_lost_the_image_fails() {
    let told = past(
        "push-lost",
        Spoiled {
            method: "HEAD",
            path: "/manifests/",
            times: 1,
            fault: Fault::Status(404, ""),
        },
    );
    assert_snapshot!(told, @"
    exit: 1
    ── stderr
    ▸ script
      pushing `127.0.0.1:[port]/push-lost:1` without a login
      pushed `127.0.0.1:[port]/push-lost:1` ([layers]): sha256:[digest]
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_push`: the registry does not have `127.0.0.1:[port]/push-lost:1`, which was pushed without an error
    hint: does something else delete tags there? push it again
    ");
}

#[test]
fn a_signal_stops_a_push() {
    let services = Services::from_env();
    let spoiled = Spoiled {
        method: "HEAD",
        path: "/blobs/",
        times: 99,
        fault: Fault::Silence,
    };
    let faulty = Faulty::before(&services.open_registry, spoiled);
    let image = Image::called(&services, format!("{}/push-stopped:1", faulty.address));
    let project = pushing(&services, &format!("\"{}\"", image.name));
    let running = project.spawn(["run"]);
    running.wait_for_stderr("pushing");
    running.signal(Signal::INT);
    let finished = running.finish_within(Duration::from_secs(2));
    assert_snapshot!(told(finished), @"
    exit: 130
    ── stderr
    ▸ script
      pushing `127.0.0.1:[port]/push-stopped:1` without a login
    ✗ script cancelled after [time]
    1 cancelled in [time]
    error: interrupted
    ");
}
