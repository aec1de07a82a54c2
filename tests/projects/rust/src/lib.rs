//! When the tide is high, from when it last was.

/// Minutes between two high tides: half a lunar day.
const PERIOD: u32 = 745;

/// Minutes until the next high tide, `since` minutes after one.
///
/// ```
/// assert_eq!(tides::until_high(700), 45);
/// ```
pub fn until_high(since: u32) -> u32 {
    (PERIOD - since % PERIOD) % PERIOD
}

/// The answer to one HTTP request.
pub fn answer(request: &str) -> String {
    let path = request.split(' ').nth(1).unwrap_or("/");
    let (status, body) = match path.trim_start_matches('/').parse() {
        Ok(since) => ("200 OK", format!("high tide in {} min\n", until_high(since))),
        Err(_) if path == "/" => ("200 OK", "ask for /MINUTES since high tide\n".to_string()),
        Err(_) => ("404 Not Found", "no such tide\n".to_string()),
    };
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tide_turns_twice_a_lunar_day() {
        assert_eq!(until_high(0), 0);
        assert_eq!(until_high(1), 744);
        assert_eq!(until_high(745 * 2 + 5), 740);
    }

    #[test]
    fn a_number_is_answered() {
        assert!(answer("GET /700 HTTP/1.1").ends_with("high tide in 45 min\n"));
    }

    #[test]
    fn anything_else_is_not_found() {
        assert!(answer("GET /moon HTTP/1.1").starts_with("HTTP/1.1 404"));
    }
}
