//! Deploy hooks: a secret URL that starts a deploy.

use reqwest::{Method, Url};

use super::unwrapped;
use crate::service::http::{Request, Response};

/// The request that starts a deploy through `hook`: of `image`, where only tag and digest may
/// differ from the service's own, or of the commit `commit`.
pub fn hook_request(mut hook: Url, image: Option<&str>, commit: Option<&str>) -> Request {
    if let Some(image) = image {
        // Percent-encoded like any value: `:` as %3A, `@` as %40.
        hook.query_pairs_mut().append_pair("imgURL", image);
    }
    if let Some(commit) = commit {
        hook.query_pairs_mut().append_pair("ref", commit);
    }
    Request::new(Method::POST, hook)
}

/// The service in a hook's path, `/deploy/srv-…`.
pub fn hooked_service(hook: &Url) -> Option<&str> {
    let mut parts = hook.path_segments()?;
    parts.find(|part| *part == "deploy")?;
    parts.next()
}

/// The id of the deploy that a hook started: `{"deploy":{"id":"dep-…"}}`. An accepted request may
/// come without one.
pub fn started(response: &Response) -> Option<String> {
    let body = response.json()?;
    unwrapped(&body).get("id")?.as_str().map(str::to_owned)
}
