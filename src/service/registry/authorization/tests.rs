use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::super::{Credentials, Reference, Registry, RegistryError};

/// Answers one request after the other with these, `{here}` in them being its own address, and
/// gives in the end what was asked: request line, `Authorization` and body of each.
fn played(answers: &[&str]) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound socket").to_string();
    let answers: Vec<String> = answers
        .iter()
        .map(|answer| answer.replace("{here}", &address))
        .collect();
    let asked = std::thread::spawn(move || {
        let answer = |answer: String| {
            let (mut connection, _) = listener.accept().expect("a connection");
            let asked = read(&mut BufReader::new(&connection));
            connection.write_all(answer.as_bytes()).expect("a listener");
            asked
        };
        answers.into_iter().map(answer).collect()
    });
    (address, asked)
}

fn read(request: &mut impl BufRead) -> String {
    let (mut told, mut length) = (Vec::new(), 0);
    for line in request.by_ref().lines() {
        let line = line.expect("a line");
        if line.is_empty() {
            break;
        }
        let header = line.split_once(": ").unwrap_or_default();
        match header.0.to_lowercase().as_str() {
            "authorization" => told.push(header.1.to_owned()),
            "content-length" => length = header.1.parse().expect("a number"),
            _ if told.is_empty() => told.push(line),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    request.read_exact(&mut body).expect("a whole body");
    if !body.is_empty() {
        told.push(String::from_utf8(body).expect("text"));
    }
    told.join(" ")
}

fn answer(head: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
}

fn digest(address: &str, credentials: Credentials) -> Result<Option<String>, RegistryError> {
    let reference = Reference::parse(&format!("{address}/me/app:1")).expect("a reference");
    let registry = Registry::new(address, credentials)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(registry.digest(&reference))
}

fn ada() -> Credentials {
    Credentials::Password {
        username: "ada".to_owned(),
        password: "pass".to_owned(),
    }
}

const BEARER: &str = "401 Unauthorized\r\nWww-Authenticate: Bearer realm=\"http://{here}/token\",\
    service=\"registry\",scope=\"repository:me/app:pull\"";
const FOUND: &str = "200 OK\r\nDocker-Content-Digest: sha256:1";

#[test]
fn a_token_is_fetched_with_the_password_and_shown() {
    let (address, asked) = played(&[
        &answer(BEARER, ""),
        &answer(
            "200 OK",
            r#"{"token":"abc","access_token":"abc","expires_in":300}"#,
        ),
        &answer(FOUND, ""),
    ]);
    let digest = digest(&address, ada());
    assert_eq!(digest.expect("a digest").as_deref(), Some("sha256:1"));
    let asked = asked.join().expect("three requests");
    let wanted = [
        "HEAD /v2/me/app/manifests/1 HTTP/1.1",
        "GET /token?service=registry&scope=repository%3Ame%2Fapp%3Apull HTTP/1.1 Basic YWRhOnBhc3M=",
        "HEAD /v2/me/app/manifests/1 HTTP/1.1 Bearer abc",
    ];
    assert_eq!(asked, wanted);
}

#[test]
fn an_identity_token_is_exchanged_for_one() {
    let (address, asked) = played(&[
        &answer(BEARER, ""),
        &answer("200 OK", r#"{"access_token":"abc"}"#),
        &answer(FOUND, ""),
    ]);
    let digest = digest(&address, Credentials::IdentityToken("refresh".to_owned()));
    assert_eq!(digest.expect("a digest").as_deref(), Some("sha256:1"));
    let asked = asked.join().expect("three requests");
    assert_eq!(
        asked[1],
        "POST /token HTTP/1.1 service=registry&scope=repository%3Ame%2Fapp%3Apull\
         &grant_type=refresh_token&client_id=wharf&refresh_token=refresh"
    );
}

#[test]
fn a_refusal_of_the_token_service_is_one_of_the_registry() {
    let denied =
        r#"{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}"#;
    let (address, _) = played(&[&answer(BEARER, ""), &answer("401 Unauthorized", denied)]);
    let refused = digest(&address, ada()).expect_err("a refusal");
    assert!(refused.is_refusal());
    assert_eq!(
        refused.to_string(),
        format!(
            "the registry `{address}` refuses access (401 Unauthorized): incorrect username or password"
        )
    );
}

#[test]
fn a_password_is_shown_only_where_it_is_asked_for() {
    let basic = "401 Unauthorized\r\nWww-Authenticate: Basic realm=\"x\"";
    let (address, asked) = played(&[&answer(basic, ""), &answer(FOUND, "")]);
    assert!(digest(&address, ada()).is_ok());
    let asked = asked.join().expect("two requests");
    assert_eq!(asked[0], "HEAD /v2/me/app/manifests/1 HTTP/1.1");
    assert_eq!(
        asked[1],
        "HEAD /v2/me/app/manifests/1 HTTP/1.1 Basic YWRhOnBhc3M="
    );
}

#[test]
fn a_manifest_without_a_digest_header_is_hashed() {
    let (address, _) = played(&[&answer("200 OK", ""), &answer("200 OK", "{}")]);
    assert_eq!(
        digest(&address, Credentials::Anonymous)
            .expect("a digest")
            .as_deref(),
        Some("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
    );
}
