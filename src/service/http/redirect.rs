//! Answers that point elsewhere: what is followed, and with what.

use reqwest::Method;

use super::{Request, Response};

/// More in a row go in a circle.
pub(super) const MOST: usize = 10;

/// A status that comes with a `Location` to ask instead (RFC 9110, 15.4).
pub(super) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// What to ask after `answer`. Only what reads is asked elsewhere: a `POST` that was not taken is
/// for the caller to know. Headers may be credentials, so only the host they were meant for sees
/// them, and none sees them in the clear that was asked over TLS.
pub(super) fn next(request: &Request, answer: &Response) -> Option<Request> {
    let reads = matches!(request.method, Method::GET | Method::HEAD);
    let wanted = request.wanted.contains(&answer.status);
    if !reads || wanted || !is_redirect(answer.status) {
        return None;
    }
    let url = request.url.join(answer.header("location")?).ok()?;
    let safe = url.scheme() == "https" || url.scheme() == request.url.scheme();
    if !matches!(url.scheme(), "http" | "https") || !safe {
        return None;
    }
    let mut next = request.clone();
    let upgraded =
        url.host() == request.url.host() && url.port().is_none() && request.url.port().is_none();
    if url.origin() != request.url.origin() && !upgraded {
        next.headers.clear();
        next.body = None;
    }
    next.url = url;
    Some(next)
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
    use reqwest::{Method, Url};

    use super::next;
    use crate::service::http::{Request, Response};

    fn followed(method: Method, url: &str, status: u16, location: &str) -> Option<(String, usize)> {
        let url = Url::parse(url).expect("a URL");
        let request = Request::new(method, url).header("x-api-key", "secret");
        let mut headers = HeaderMap::new();
        headers.insert(
            LOCATION,
            HeaderValue::from_str(location).expect("a plain value"),
        );
        let answer = Response {
            status,
            headers,
            body: Vec::new(),
            secrets: crate::secret::Secrets::new(),
        };
        let next = next(&request, &answer)?;
        Some((next.url.to_string(), next.headers.len()))
    }

    #[test]
    fn headers_stay_with_the_host_they_were_meant_for() {
        let get = |url, location| followed(Method::GET, url, 302, location);
        let kept = |url: &str| Some((url.to_owned(), 1));
        let dropped = |url: &str| Some((url.to_owned(), 0));
        assert_eq!(get("https://a.dev/x", "/y"), kept("https://a.dev/y"));
        assert_eq!(
            get("http://a.dev/x", "https://a.dev/x"),
            kept("https://a.dev/x")
        );
        assert_eq!(
            get("https://a.dev/x", "https://b.dev/"),
            dropped("https://b.dev/")
        );
        assert_eq!(
            get("http://a.dev:1/", "http://a.dev:2/"),
            dropped("http://a.dev:2/")
        );
        assert_eq!(get("https://a.dev/x", "http://a.dev/x"), None);
        assert_eq!(get("https://a.dev/x", "file:///etc/passwd"), None);
    }

    #[test]
    fn only_what_reads_is_asked_elsewhere() {
        let to = |method, status| followed(method, "https://a.dev/", status, "/y").is_some();
        assert!(to(Method::GET, 308) && to(Method::HEAD, 301));
        assert!(!to(Method::POST, 307) && !to(Method::DELETE, 302));
        assert!(!to(Method::GET, 304) && !to(Method::GET, 200));
    }
}
