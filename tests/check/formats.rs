//! Texts that have to be of a format: times, images, addresses, globs.

use insta::assert_snapshot;

#[test]
fn what_is_written_out_has_to_be_of_its_format() {
    let told = crate::words::told(&[
        "sh(\"true\", #{ timeout: \"5 minuts\" })",
        "sh(\"true\", #{ timeout: -1 })",
        "render_deploy(#{ wait: \"5x\" })",
        "render_deploy(#{ health: \"lettings\" })",
        "docker_build(\"A b\")",
        "docker_build(#{ tags: [\"me/app:1\", \"a b\"] })",
        "docker_push(#{ image: \"a\", also_tags: [\"b c\"] })",
        "http(\"quay\")",
        "image_ref(\"A b\")",
        "sleep(\"soon\")",
        "on_branch(\"[\")",
        "docker_build(#{ tag: () })",
    ]);
    assert_snapshot!(told, @r#"
    sh("true", #{ timeout: "5 minuts" })
       option `timeout` of `sh`: "5 minuts" is no length of time; write "90s", "1m30s" or "2h" «"5 minuts"»
    sh("true", #{ timeout: -1 })
       option `timeout` of `sh`: -1 seconds are no length of time «-»
    render_deploy(#{ wait: "5x" })
       option `wait` of `render_deploy`: "5x" is no length of time; write "90s", "1m30s" or "2h" «"5x"»
    render_deploy(#{ health: "lettings" })
       option `health` of `render_deploy`: is no URL; it begins with http:// or https:// «"lettings"»
    docker_build("A b")
       option `tag` of `docker_build`: `A b` is not an image reference: a repository is written in lowercase «"A b"»
    docker_build(#{ tags: ["me/app:1", "a b"] })
       option `tags[1]` of `docker_build`: `a b` is not an image reference, which is `[HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST]` «"a b"»
    docker_push(#{ image: "a", also_tags: ["b c"] })
       option `also_tags[0]` of `docker_push`: `b c` is not a tag: up to 128 letters, digits, `_`, `.` and `-`, not starting with `.` or `-` «"b c"»
    http("quay")
       option `url` of `http`: is no URL; it begins with http:// or https:// «"quay"»
    image_ref("A b")
       `A b` is not an image reference: a repository is written in lowercase «"A b"»
    sleep("soon")
       `sleep` takes a number of seconds or a text like "1m30s", not `soon` «"soon"»
    on_branch("[")
       `[` is no pattern «"["»
       cause: unclosed character class; missing `]`
    docker_build(#{ tag: () })
       option `tag` of `docker_build` is nothing, `()` «(»
       hint: leave the option out where it has no value
    "#);
}
