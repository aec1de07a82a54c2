//! Judged against the test tables of `github.com/distribution/reference`: `reference_test.go` at
//! ff14fafe2236 and `normalize_test.go` at 4894124079e5.

use super::{InvalidReference, Parts, Reference, unplayed};

const F64: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

/// `TestReferenceParse`: input, then domain, path, tag and digest, or the error. `-` is none;
/// `%256` and `%512` are digests, `%a` is 255 times `a`, `%p` is 127 times `a` with slashes between.
const GRAMMAR: &str = "
test_com                          -  test_com  -  -
test.com:tag                      -  test.com  tag  -
test.com:5000                     -  test.com  5000  -
test.com/repo:tag                 test.com  repo  tag  -
test:5000/repo                    test:5000  repo  -  -
test:5000/repo:tag                test:5000  repo  tag  -
test:5000/repo@%256               test:5000  repo  -  %256
test:5000/repo:tag@%256           test:5000  repo  tag  %256
:justtag                          format
@%256                             format
repo@sha256:ffffffffffffffffffffffffffffffffff  digest
validname@invaliddigest:%f        digest
Uppercase:tag                     uppercase
test:5000/Uppercase/lowercase:tag uppercase
lowercase:Uppercase               -  lowercase  Uppercase  -
domain/a%a:tag                    too-long
a/%p:tag-puts-this-over-max       a  %p  tag-puts-this-over-max  -
aa/asdf$$^/aa                     format
sub-dom1.foo.com/bar/baz/quux     sub-dom1.foo.com  bar/baz/quux  -  -
sub-dom1.foo.com/bar/baz/quux:some-long-tag  sub-dom1.foo.com  bar/baz/quux  some-long-tag  -
b.gcr.io/test.example.com/my-app:test.example.com  b.gcr.io  test.example.com/my-app  test.example.com  -
xn--n3h.com/myimage:xn--n3h.com   xn--n3h.com  myimage  xn--n3h.com  -
xn--7o8h.com/myimage:xn--7o8h.com@%512  xn--7o8h.com  myimage  xn--7o8h.com  %512
foo_bar.com:8080                  -  foo_bar.com  8080  -
foo/foo_bar.com:8080              foo  foo_bar.com  8080  -
192.168.1.1                       -  192.168.1.1  -  -
192.168.1.1:tag                   -  192.168.1.1  tag  -
192.168.1.1:5000                  -  192.168.1.1  5000  -
192.168.1.1/repo                  192.168.1.1  repo  -  -
192.168.1.1:5000/repo             192.168.1.1:5000  repo  -  -
192.168.1.1:5000/repo:5050        192.168.1.1:5000  repo  5050  -
[2001:db8::1]                     format
[2001:db8::1]:5000                format
[2001:db8::1]:tag                 format
[2001:db8::1]/repo                [2001:db8::1]  repo  -  -
[2001:db8:1:2:3:4:5:6]/repo:tag   [2001:db8:1:2:3:4:5:6]  repo  tag  -
[2001:db8::1]:5000/repo           [2001:db8::1]:5000  repo  -  -
[2001:db8::1]:5000/repo:tag       [2001:db8::1]:5000  repo  tag  -
[2001:db8::1]:5000/repo@%256      [2001:db8::1]:5000  repo  -  %256
[2001:db8::1]:5000/repo:tag@%256  [2001:db8::1]:5000  repo  tag  %256
[2001:db8::]:5000/repo            [2001:db8::]:5000  repo  -  -
[::1]:5000/repo                   [::1]:5000  repo  -  -
[fe80::1%eth0]:5000/repo          format
[fe80::1%@invalidzone]:5000/repo  format
example.com/%a:tag                example.com  %a  tag  -
";

#[test]
fn takes_apart_what_the_grammar_allows() {
    let table = GRAMMAR
        .replace("%256", &format!("sha256:{F64}"))
        .replace("%512", &format!("sha512:{F64}{F64}"))
        .replace("%f", F64)
        .replace("%a", &"a".repeat(255))
        .replace("%p", &format!("{}a", "a/".repeat(126)));
    for line in table.lines().skip(1) {
        let (input, wanted) = line.split_once(' ').expect("two columns");
        let got = match Parts::read(input, input) {
            Ok(parts) => [parts.domain, Some(parts.path), parts.tag, parts.digest]
                .map(|part| part.unwrap_or("-"))
                .join("  "),
            Err(InvalidReference::Format(_)) => "format".to_owned(),
            Err(InvalidReference::Uppercase(_)) => "uppercase".to_owned(),
            Err(InvalidReference::Digest(_)) => "digest".to_owned(),
            Err(InvalidReference::TooLong(_)) => "too-long".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, wanted.trim_start(), "{input}");
    }
    assert_eq!(Parts::read("", ""), Err(InvalidReference::Empty));
}

/// `TestValidateReferenceName` and `TestValidateRemoteName`.
#[test]
fn accepts_and_refuses_names_as_docker_does() {
    let good = "docker/docker library/debian debian docker.io/docker/docker \
        docker.io/library/debian docker.io/debian index.docker.io/docker/docker \
        index.docker.io/library/debian index.docker.io/debian 127.0.0.1:5000/docker/docker \
        127.0.0.1:5000/library/debian 127.0.0.1:5000/debian 192.168.0.1 192.168.0.1:80 \
        192.168.0.1:8/debian 192.168.0.2:25000/debian \
        thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev \
        [fc00::1]:5000/docker [fc00::1]:5000/docker/docker \
        [fc00:1:2:3:4:5:6:7]:5000/library/debian \
        docker.io/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a \
        Docker/docker DOCKER/docker docker-rules/docker docker---rules/docker doc/docker \
        d/docker jess/t dock__er/docker";
    for name in good.split(' ') {
        assert!(Reference::parse(name).is_ok(), "{name}");
    }
    let bad = "https://github.com/docker/docker docker/Docker -docker -docker/docker \
        -docker.io/docker/docker docker///docker docker.io/docker/Docker \
        docker.io/docker///docker [fc00::1] [fc00::1]:5000 fc00::1:5000/debian \
        [fe80::1%eth0]:5000/debian [2001:db8:3:4::192.0.2.33]:5000/debian \
        1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a \
        docker-/docker -docker-/docker ____/____ _docker/_docker dock..er/docker \
        dock_.er/docker dock-.er/docker docker/";
    let too_long = "a_namespace_of_more_than_255_characters_".repeat(7) + "/docker";
    for name in bad.split(' ').chain([too_long.as_str(), ""]) {
        assert!(Reference::parse(name).is_err(), "{name}");
    }
}

/// `TestParseRepositoryInfo`: repository, registry, familiar name, full name, another way to
/// write it.
const NAMES: &str = "
fooo/bar           docker.io         fooo/bar           docker.io/fooo/bar  index.docker.io/fooo/bar
library/ubuntu     docker.io         ubuntu             docker.io/library/ubuntu  library/ubuntu
nonlibrary/ubuntu  docker.io         nonlibrary/ubuntu  docker.io/nonlibrary/ubuntu
other/library      docker.io         other/library      docker.io/other/library
private/moonbase   127.0.0.1:8000    127.0.0.1:8000/private/moonbase  127.0.0.1:8000/private/moonbase
privatebase        127.0.0.1:8000    127.0.0.1:8000/privatebase  127.0.0.1:8000/privatebase
private/moonbase   example.com       example.com/private/moonbase  example.com/private/moonbase
privatebase        example.com       example.com/privatebase  example.com/privatebase
private/moonbase   example.com:8000  example.com:8000/private/moonbase  example.com:8000/private/moonbase
privatebasee       example.com:8000  example.com:8000/privatebasee  example.com:8000/privatebasee
library/ubuntu-12.04-base  docker.io  ubuntu-12.04-base  docker.io/library/ubuntu-12.04-base  index.docker.io/library/ubuntu-12.04-base
library/foo        docker.io         foo                docker.io/library/foo  docker.io/foo
library/foo/bar    docker.io         library/foo/bar    docker.io/library/foo/bar
store/foo/bar      docker.io         store/foo/bar      docker.io/store/foo/bar
bar                Foo               Foo/bar            Foo/bar
bar                FOO               FOO/bar            FOO/bar
";

#[test]
fn fills_in_docker_hub() {
    for line in NAMES.lines().skip(1) {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (repository, registry, familiar, full) =
            (columns[0], columns[1], columns[2], columns[3]);
        for text in &columns[2..] {
            let read = Reference::parse(text).expect(text);
            assert_eq!(read.repository, repository, "{text}");
            assert_eq!(read.registry, registry, "{text}");
            assert_eq!(read.familiar_name(), familiar, "{text}");
            assert_eq!(read.to_string(), format!("{full}:latest"), "{text}");
        }
    }
}

/// `TestParseAnyReference`, `TestParseReferenceWithTagAndDigest`, `TestNormalizedSplitHostname`.
const FULL: &str = "
redis                             docker.io/library/redis:latest
redis:latest                      docker.io/library/redis:latest
redis@%256                        docker.io/library/redis@%256
docker.io/library/redis@%256      docker.io/library/redis@%256
dmcgowan/myapp                    docker.io/dmcgowan/myapp:latest
docker.io/mcgowan/myapp:latest    docker.io/mcgowan/myapp:latest
dmcgowan/myapp@%256               docker.io/dmcgowan/myapp@%256
busybox:latest@%256               docker.io/library/busybox:latest@%256
dbcc1                             docker.io/library/dbcc1:latest
test_com/foo                      docker.io/test_com/foo:latest
test-com:8080/foo                 test-com:8080/foo:latest
xn--n3h.com:18080/foo             xn--n3h.com:18080/foo:latest
docker.io/library/foo/bar         docker.io/library/foo/bar:latest
localhost/foo                     localhost/foo:latest
";

#[test]
fn writes_a_reference_in_full() {
    let table = FULL.replace("%256", &format!("sha256:{F64}"));
    for line in table.lines().skip(1) {
        let (text, full) = line.split_once(' ').expect("two columns");
        let read = Reference::parse(text).expect(text);
        assert_eq!(read.to_string(), full.trim_start());
    }
}

#[test]
fn a_host_is_a_host_by_the_grammar() {
    for text in [
        "foo_bar.com/baz:1",
        "-a.com/baz",
        "a..com/baz",
        "a.com:b/baz",
    ] {
        let refused = InvalidReference::Format(text.to_owned());
        assert_eq!(Reference::parse(text), Err(refused));
    }
}

#[test]
fn a_digest_wins_over_a_tag() {
    let text = format!("me/app:1@sha256:{F64}");
    let read = Reference::parse(&text).expect("a reference");
    assert_eq!(read.identifier(), format!("sha256:{F64}"));
    assert_eq!(read.tag.as_deref(), Some("1"));
    assert_eq!(read.familiar(), text);
}

#[test]
fn moves_to_another_tag_and_registry() {
    let read = |text| Reference::parse(text).expect("a reference");
    let moved = |text, host| read(text).at(host).map(|moved| moved.familiar());
    assert_eq!(
        moved("app:1", "127.0.0.1:5000"),
        Ok("127.0.0.1:5000/app:1".into())
    );
    assert_eq!(
        moved("ghcr.io/me/app:1", "registry"),
        Ok("registry/me/app:1".into())
    );
    assert_eq!(moved("ghcr.io/app:1", "docker.io"), Ok("app:1".into()));
    assert_eq!(
        moved("app:1", "https://x"),
        Err(InvalidReference::Format("https://x".into()))
    );
    assert_eq!(
        read("me/app:1").tagged("v2").map(|moved| moved.familiar()),
        Ok("me/app:v2".into())
    );
    for tag in ["", "-x", ".x", "a/b", "a:b", "a@b", &"x".repeat(129)] {
        assert_eq!(
            read("me/app").tagged(tag),
            Err(InvalidReference::Tag(tag.into()))
        );
    }
}

#[test]
fn a_rehearsals_registry_keeps_the_real_registrys_name() {
    for (text, played, shown) in [
        ("app:1", "h:5/app:1", "app"),
        ("my__org/app:1", "h:5/my__org/app:1", "my__org/app"),
        ("ghcr.io/me/app:1", "h:5/ghcr.io/me/app:1", "ghcr.io/me/app"),
        (
            "127.0.0.1:5000/app:1",
            "h:5/127.0.0.1__5000/app:1",
            "127.0.0.1:5000/app",
        ),
        ("[::1]:5000/app:1", "h:5/app:1", "app"),
    ] {
        let read = Reference::parse(text).expect(text).played_at("h:5");
        assert_eq!(read.to_string(), played);
        assert_eq!(unplayed(&read.repository), shown);
    }
}

#[test]
fn says_what_is_wrong_with_the_text_as_it_was_given() {
    for (text, message) in [
        ("", "an image reference cannot be empty"),
        (
            "me/App",
            "`me/App` is not an image reference: a repository is written in lowercase",
        ),
        (
            "me/app:a b",
            "`me/app:a b` is not an image reference, which is `[HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST]`",
        ),
        (
            F64,
            &format!("`{F64}` is the id of an image, not a reference: give it a tag"),
        ),
        (
            "me/app@sha256:ffffffffffffffffffffffffffffffffff",
            "`me/app@sha256:ffffffffffffffffffffffffffffffffff` is not an image reference: a digest is `sha256:` and 64 lowercase hex digits",
        ),
    ] {
        assert_eq!(Reference::parse(text).expect_err(text).to_string(), message);
    }
}
