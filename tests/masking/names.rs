//! What a name says of the value behind it.

use crate::harness::Project;

#[test]
fn words_that_only_stand_behind_names_like_those_of_credentials_stay() {
    let told = Project::new()
        .script(
            r#"
http("https://hooks.example.com/in", #{
    method: "POST",
    headers: #{ "Surrogate-Key": "main", "x-author": "deploy", "Idempotency-Key": "deploy", Cookie: "lang=main; sid=a1b2c3d4" },
    query: #{ keyword: "image", key: "f00-ba4" },
});
print("deploy image of main: a1b2c3d4 f00-ba4");
"#,
        )
        .run(["run", "--rehearse", "--quiet"]);
    let (code, stdout, stderr) = told.streams();
    assert_eq!(
        (code, stdout.as_str()),
        (0, "deploy image of main: *** ***\n"),
        "{stderr}"
    );
}

#[test]
fn what_the_names_of_the_environment_and_of_parameters_say() {
    let token = "ghp_0123456789abcdef0123";
    let remote = format!("https://{token}:x-oauth-basic@github.com/me/app");
    Project::new()
        .env("GPG_PASSPHRASE", "one horse")
        .env("SECRET_KEY_BASE", "two-horses")
        .env("GOOGLE_CREDENTIALS", "three-horses")
        .env("GIT_REMOTE", &remote)
        .env("CACHE_KEY", "main")
        .env("STRIPE_KEY", "sk_4horses")
        .script(
            r#"
print(param("token") + " " + param("place"));
sh("echo $GPG_PASSPHRASE $SECRET_KEY_BASE $GOOGLE_CREDENTIALS $CACHE_KEY $STRIPE_KEY $GIT_REMOTE");
"#,
        )
        .run([
            "run",
            "--quiet",
            "-p",
            "token=four-horses",
            "-p",
            "place=quay",
        ])
        .stdout("*** quay\n*** *** *** main *** https://***:x-oauth-basic@github.com/me/app\n")
        .streams();
}
