//! `Control.Status`: what the engine is doing, as steps.

use bollard_buildkit_proto::moby::buildkit::v1::{StatusResponse, Vertex, VertexStatus};
use tonic::Streaming;

use crate::event::Stream;
use crate::service::engine::build::steps::Steps;

/// Reports until the engine has nothing more to tell.
pub(super) async fn follow(mut stream: Streaming<StatusResponse>, steps: &mut Steps<'_>) {
    while let Ok(Some(response)) = stream.message().await {
        for vertex in &response.vertexes {
            began(vertex, steps);
        }
        for status in response.statuses {
            moved(&status, steps);
        }
        for log in response.logs {
            let stream = if log.stream == 2 {
                Stream::Stderr
            } else {
                Stream::Stdout
            };
            steps.output(&log.vertex, stream, &log.msg);
        }
        // After what they said last.
        for vertex in &response.vertexes {
            ended(vertex, steps);
        }
        for warning in response.warnings {
            steps.warn(&String::from_utf8_lossy(&warning.short));
        }
    }
}

fn began(vertex: &Vertex, steps: &mut Steps<'_>) {
    if vertex.started.is_some() && !vertex.cached {
        steps.began(&vertex.digest, &vertex.name);
    }
}

fn ended(vertex: &Vertex, steps: &mut Steps<'_>) {
    if vertex.started.is_none() {
        return;
    }
    if vertex.completed.is_none() {
        return;
    }
    if vertex.error.is_empty() {
        steps.ended(&vertex.digest, &vertex.name, vertex.cached);
    } else {
        steps.failed(&vertex.digest, &vertex.name, &vertex.error);
    }
}

/// Bytes copied, fetched or unpacked for a step; what has no amount is not worth a line.
fn moved(status: &VertexStatus, steps: &Steps<'_>) {
    let number = |value: i64| u64::try_from(value).ok().filter(|value| *value > 0);
    let Some(current) = number(status.current) else {
        return;
    };
    let what = if status.name.is_empty() {
        &status.id
    } else {
        &status.name
    };
    let what = what.trim_end_matches(':');
    let done = status.completed.is_some();
    steps.moved(&status.vertex, what, (current, number(status.total)), done);
}
