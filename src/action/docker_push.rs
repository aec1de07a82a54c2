//! Push an image to its registry.

mod push;
mod rehearse;
mod trouble;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::push::Push;
use super::image::Image;
use super::{Action, ActionError, Category, Context, Descriptor, Effect, Example, Expected};
use crate::service::engine;
use crate::service::registry::{self, Credentials, InvalidReference, Reference};

pub(super) const ACTION: Descriptor = Descriptor::of::<DockerPush>();

struct DockerPush;

/// What `docker_push` can be told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The image's reference (`me/app:1`, `ghcr.io/me/app:1`), or what `docker_build` returned.
    image: Image,
    /// The user to log in as. The variables of the environment are for Docker Hub and registries on
    /// this machine; without any, what `docker login` stored is used.
    #[schemars(extend("x-env" = ["DOCKERHUB_USERNAME"]))]
    username: Option<String>,
    /// That user's password or, better, an access token.
    #[schemars(extend("x-env" = ["DOCKERHUB_PASSWORD"]))]
    password: Option<String>,
    /// The registry to push to (`ghcr.io`, `127.0.0.1:5000`) instead of the one in the reference.
    registry: Option<String>,
    /// More tags to push the same image under, such as `latest`.
    #[serde(default)]
    #[schemars(extend("format" = "tag"))]
    also_tags: Vec<String>,
    /// How often to try again after a transient fault; 3 if not given. A refusal is never
    /// retried.
    retry: Option<u32>,
}

/// What is in the registry now.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// The image's name and tag in the registry.
    reference: String,
    /// The digest of the image's manifest, `sha256:…`, as the registry reports it.
    digest: String,
    /// References of all tags that were pushed, `reference` first.
    tags: Vec<String>,
    /// Whether a rehearsal only pretended, for lack of an engine or of the image.
    simulated: bool,
}

impl Action for DockerPush {
    const NAME: &'static str = "docker_push";
    const CATEGORY: Category = Category::Images;
    const SUMMARY: &'static str = "Push an image to its registry and check that it arrived";
    const EFFECT: Effect = Effect::Publish;
    const NATURAL: Option<&'static str> = Some("image");
    const ERRORS: &'static [&'static str] = &[
        "if the engine has no such image",
        "if the registry refuses the login or the push",
        "if the registry cannot be reached",
    ];
    const EXAMPLES: &'static [Example] = &[
        Example {
            title: "pushes what was built, under a second tag too",
            files: &[
                ("Dockerfile", "FROM scratch\nCOPY index.html /\n"),
                ("index.html", "<h1>Lettings</h1>\n"),
            ],
            script: r#"let image = docker_build("me/lettings:1.4.2");
let pushed = docker_push(image, #{ also_tags: ["latest"] });
print(pushed.tags);"#,
            outcome: Expected::Prints("[\"me/lettings:1.4.2\", \"me/lettings:latest\"]\n"),
        },
        Example {
            title: "fails for an image that was never built",
            files: &[],
            script: r#"docker_push("me/never-built:1");"#,
            outcome: Expected::Fails("there is no image `me/never-built:1` in the engine"),
        },
    ];

    type Options = Options;
    type Output = Output;

    fn run(context: &Context, options: Options) -> Result<Output, ActionError> {
        let order = Order::of(&options)?;
        let registry = &order.targets[0].registry;
        let given = given(&options)?;
        let credentials = context.block_on(async {
            let found = registry::credentials(registry, given, &context.environment).await;
            found.map_err(|error| trouble::credentials(&error))
        })?;
        if let Some(secret) = credentials.secret() {
            context.secrets.add(secret);
        }
        let (digest, simulated) = match &context.standins {
            Some(standins) => rehearse::run(context, &order, &credentials, &standins.registry)?,
            None => (
                context.block_on(for_real(context, &order, &credentials))?,
                false,
            ),
        };
        let targets = &order.targets;
        let tags: Vec<String> = targets.iter().map(Reference::familiar).collect();
        Ok(Output {
            reference: tags[0].clone(),
            digest,
            tags,
            simulated,
        })
    }
}

async fn for_real(
    context: &Context,
    order: &Order,
    credentials: &Credentials,
) -> Result<String, ActionError> {
    let engine = engine::connect(&context.environment).await?;
    let push = Push::to(context, order, credentials, None)?;
    push.log_in().await?;
    let digest = push.all(&engine, order).await?;
    Ok(digest.expect("only a rehearsal's registry can be out of an engine's reach"))
}

/// What is to be pushed, as data.
struct Order {
    /// What the engine knows the image by.
    source: Reference,
    /// What it is to be in the registry; never empty, and all in one registry.
    targets: Vec<Reference>,
    retry: u32,
    /// Whether there is no image, because a rehearsal only pretended to build it.
    simulated: bool,
}

impl Order {
    fn of(options: &Options) -> Result<Self, ActionError> {
        let source = options.image.reference("image")?;
        Ok(Self {
            targets: targets(options, &source)?,
            source,
            retry: options.retry.unwrap_or(3),
            simulated: options.image.is_simulated(),
        })
    }
}

/// Where the image goes: its own reference first, then the other tags.
fn targets(options: &Options, source: &Reference) -> Result<Vec<Reference>, ActionError> {
    if source.digest.is_some() {
        let message = format!(
            "`{}` has a digest, and only a tag can be pushed",
            source.familiar()
        );
        return Err(ActionError::option("image", message));
    }
    let wrong = |path: &str, error: InvalidReference| ActionError::option(path, error.to_string());
    let first = match &options.registry {
        Some(registry) => source.at(registry).map_err(|_| {
            let message = format!("`{registry}` is not a registry, which is `HOST` or `HOST:PORT`");
            ActionError::option("registry", message)
        })?,
        None => source.clone(),
    };
    let mut targets = vec![first];
    for (index, tag) in options.also_tags.iter().enumerate() {
        let path = format!("also_tags[{index}]");
        let target = targets[0]
            .tagged(tag)
            .map_err(|error| wrong(&path, error))?;
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    Ok(targets)
}

/// Username and password if the call gives them.
fn given(options: &Options) -> Result<Option<(String, String)>, ActionError> {
    match (&options.username, &options.password) {
        (Some(username), Some(password)) => Ok(Some((username.clone(), password.clone()))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(ActionError::option(
            "username",
            "`username` is given without `password`",
        )),
        (None, Some(_)) => Err(ActionError::option(
            "password",
            "`password` is given without `username`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(options: serde_json::Value) -> Result<Vec<String>, String> {
        let options: Options =
            serde_json::from_value(options).map_err(|error| error.to_string())?;
        let order = Order::of(&options).map_err(|error| error.message)?;
        given(&options).map_err(|error| error.message)?;
        Ok(order.targets.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn knows_where_the_image_goes() {
        for (options, wanted) in [
            (r#"{"image": "me/app:1"}"#, "docker.io/me/app:1"),
            (
                r#"{"image": {"reference": "me/app:1", "id": "sha256:1", "size": 7}}"#,
                "docker.io/me/app:1",
            ),
            (
                r#"{"image": "app", "registry": "127.0.0.1:5000", "also_tags": ["v2", "latest"]}"#,
                "127.0.0.1:5000/app:latest 127.0.0.1:5000/app:v2",
            ),
        ] {
            let options = serde_json::from_str(options).expect("JSON");
            assert_eq!(
                planned(options),
                Ok(wanted.split(' ').map(str::to_owned).collect())
            );
        }
    }

    #[test]
    fn refuses_what_cannot_be_pushed() {
        for (options, wanted) in [
            (
                r#"{"image": "me/App"}"#,
                "`me/App` is not an image reference: a repository is written in lowercase",
            ),
            (
                r#"{"image": 7}"#,
                "must be an image's reference, or what docker_build or docker_push gave",
            ),
            (
                r#"{"image": "app", "registry": "https://ghcr.io"}"#,
                "`https://ghcr.io` is not a registry, which is `HOST` or `HOST:PORT`",
            ),
            (
                r#"{"image": "app", "also_tags": ["me/app:1"]}"#,
                "`me/app:1` is not a tag: up to 128 letters, digits, `_`, `.` and `-`, not starting with `.` or `-`",
            ),
            (
                r#"{"image": "app", "username": "me"}"#,
                "`username` is given without `password`",
            ),
            (
                r#"{"image": "app", "password": "me"}"#,
                "`password` is given without `username`",
            ),
            (
                r#"{"image": "app@sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}"#,
                "`app@sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff` has a digest, and only a tag can be pushed",
            ),
        ] {
            let options = serde_json::from_str(options).expect("JSON");
            assert_eq!(planned(options), Err(wanted.to_owned()));
        }
    }
}
