use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A service of the outside world that a test plays on loopback. It gives its answers in turn, the
/// last again and again, and remembers what it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Standin {
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `POST /path?query`.
    pub(crate) line: String,
    /// One `name: value` a line, names in lower case.
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Standin {
    /// Answers `status` (`200 OK`) and a JSON `body` for as long as the test runs.
    pub(crate) fn new(status: &str, body: &str) -> Self {
        Self::answering(&[(status, body)])
    }

    /// Answers in turn. A status may have headers after it, each on a line of its own.
    pub(crate) fn answering(answers: &[(&str, &str)]) -> Self {
        Self::watched(answers, |_| {})
    }

    /// Answers in turn, each after `watch` has seen the request.
    pub(crate) fn watched(
        answers: &[(&str, &str)],
        watch: impl Fn(&Request) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let address = listener.local_addr().expect("a bound port").to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&requests);
        let mut answers: VecDeque<String> = answers
            .iter()
            .map(|(status, body)| {
                let status = status.replace('\n', "\r\n");
                let length = body.len();
                format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
            })
            .collect();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Some(request) = read(&stream) {
                    theirs
                        .lock()
                        .expect("no panic while answering")
                        .push(request.clone());
                    watch(&request);
                }
                let answer = answers.front().cloned().expect("at least one answer");
                if answers.len() > 1 {
                    answers.pop_front();
                }
                // Whoever asked may be gone by now.
                let _ = (&stream).write_all(answer.as_bytes());
            }
        });
        Self { address, requests }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests
            .lock()
            .expect("no panic while answering")
            .clone()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let line = lines.next()?;
    let headers: Vec<String> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some(format!("{}: {}", name.to_lowercase(), value.trim()))
        })
        .collect();
    let length = headers
        .iter()
        .find_map(|header| header.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    if headers
        .iter()
        .any(|header| header == "transfer-encoding: chunked")
    {
        body = chunks(&mut reader)?;
    }
    Some(Request {
        line: line.trim_end_matches(" HTTP/1.1").to_string(),
        headers: headers.join("\n"),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// A body that came in pieces, each after its length.
fn chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut length = String::new();
        reader.read_line(&mut length).ok()?;
        let length = usize::from_str_radix(length.trim(), 16).ok()?;
        let mut piece = vec![0; length + "\r\n".len()];
        reader.read_exact(&mut piece).ok()?;
        body.extend_from_slice(&piece[..length]);
        if length == 0 {
            return Some(body);
        }
    }
}
