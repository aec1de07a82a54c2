use super::*;

/// A folder for `DOCKER_CONFIG` with this `config.json`.
fn docker(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("config.json"), config).expect("a file");
    folder
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

fn found(registry: &str, given: Option<(&str, &str)>, pairs: &[(&str, &str)]) -> String {
    let given = given.map(|(name, password)| (name.to_owned(), password.to_owned()));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let environment = environment(pairs);
    let found = runtime
        .expect("a runtime")
        .block_on(find(registry, given, &environment));
    match found {
        Ok(Credentials::Anonymous) => "anonymous".to_owned(),
        Ok(Credentials::Password { username, password }) => format!("{username} {password}"),
        Ok(Credentials::IdentityToken(token)) => format!("token {token}"),
        Err(error) => error.to_string(),
    }
}

const HUB: &[(&str, &str)] = &[(USERNAME, "me"), (PASSWORD, "hub-pass")];

#[test]
fn what_the_call_says_comes_first_then_docker_hubs_variables() {
    assert_eq!(
        found("docker.io", Some(("you", "secret")), HUB),
        "you secret"
    );
    assert_eq!(found("docker.io", None, HUB), "me hub-pass");
    assert_eq!(found("docker.io", None, &HUB[..1]), "anonymous");
    assert_eq!(
        found("docker.io", None, &[(USERNAME, "me"), (PASSWORD, "")]),
        "anonymous"
    );
}

#[test]
fn docker_hubs_password_is_shown_to_no_other_registry() {
    assert_eq!(found("127.0.0.1:5000", None, HUB), "me hub-pass");
    assert_eq!(found("localhost:5000", None, HUB), "me hub-pass");
    for registry in [
        "ghcr.io",
        "10.0.0.1:5000",
        "docker.io.example.com",
        "localhost.example.com",
    ] {
        assert_eq!(found(registry, None, HUB), "anonymous", "{registry}");
    }
}

#[test]
fn then_come_the_logins_of_docker() {
    let folder = docker(
        r#"{"auths": {
            "https://index.docker.io/v1/": {"auth": "aHViOnBhc3M="},
            "ghcr.io": {"auth": "Z2hjcjp0b2s6ZW4="},
            "https://quay.io/v2/": {"auth": "cXVheTpwYXNz"},
            "azure.example.com": {"auth": "eDo=", "identitytoken": "refresh"},
            "broken.example.com": {"auth": "not base64!"}
        }}"#,
    );
    let config = folder.path().to_str().expect("a plain path");
    let file = format!("{config}/config.json");
    for (registry, wanted) in [
        ("docker.io", "hub pass".to_owned()),
        ("ghcr.io", "ghcr tok:en".to_owned()),
        ("quay.io", "quay pass".to_owned()),
        ("azure.example.com", "token refresh".to_owned()),
        ("example.com", "anonymous".to_owned()),
        (
            "broken.example.com",
            format!(
                "the login of `broken.example.com` in `{file}` cannot be read: `auth` is not `username:password` in base64"
            ),
        ),
    ] {
        assert_eq!(found(registry, None, &[("DOCKER_CONFIG", config)]), wanted);
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let home = home.path().to_str().expect("a plain path");
    assert_eq!(found("docker.io", None, &[("HOME", home)]), "anonymous");
}

#[test]
fn a_configuration_that_is_none_is_named() {
    let folder = docker("{");
    let config = folder.path().to_str().expect("a plain path");
    assert_eq!(
        found("docker.io", None, &[("DOCKER_CONFIG", config)]),
        format!("`{config}/config.json` is not a Docker configuration")
    );
}

#[test]
fn a_helper_that_cannot_be_run_is_named() {
    let folder = docker(r#"{"credsStore": "of-nobody", "credHelpers": {"ghcr.io": "of-no-one"}}"#);
    let config = folder.path().to_str().expect("a plain path");
    for (registry, helper) in [("docker.io", "of-nobody"), ("ghcr.io", "of-no-one")] {
        assert_eq!(
            found(registry, None, &[("DOCKER_CONFIG", config)]),
            format!(
                "the login of `{registry}` in `{config}/config.json` cannot be read: the credential \
                 helper `docker-credential-{helper}` cannot be run"
            )
        );
    }
}

#[test]
fn a_refusal_tells_what_to_do() {
    let password = Credentials::Password {
        username: "me".to_owned(),
        password: "hub-pass".to_owned(),
    };
    let none = Credentials::Anonymous;
    for (registry, credentials, pairs, wanted) in [
        (
            "docker.io",
            &none,
            &HUB[..0],
            "set `DOCKERHUB_USERNAME` and `DOCKERHUB_PASSWORD`, or run `docker login`",
        ),
        (
            "docker.io",
            &none,
            &HUB[..1],
            "`DOCKERHUB_USERNAME` is set and `DOCKERHUB_PASSWORD` is not: set it, to an access token",
        ),
        (
            "ghcr.io",
            &none,
            HUB,
            "`DOCKERHUB_USERNAME` is for Docker Hub and is not sent to `ghcr.io`: give `username` and `password`, or run `docker login ghcr.io`",
        ),
        (
            "ghcr.io",
            &none,
            &HUB[..0],
            "give `username` and `password`, or run `docker login ghcr.io`",
        ),
        (
            "docker.io",
            &password,
            HUB,
            "the registry does not accept the login of `me`, or `me` may not push to this repository",
        ),
    ] {
        assert_eq!(hint(registry, credentials, &environment(pairs)), wanted);
    }
}

#[test]
fn the_engine_is_told_in_its_own_header() {
    let header = |credentials: Credentials, registry| {
        let bytes = URL_SAFE
            .decode(credentials.header(registry))
            .expect("base64");
        String::from_utf8(bytes).expect("text")
    };
    assert_eq!(header(Credentials::Anonymous, "docker.io"), "{}");
    assert_eq!(
        header(Credentials::IdentityToken("t".to_owned()), "docker.io"),
        r#"{"identitytoken":"t","serveraddress":"https://index.docker.io/v1/"}"#
    );
}
