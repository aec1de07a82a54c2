//! Build an image.

mod options;
mod show;
mod trouble;

use schemars::JsonSchema;
use serde::Serialize;

use self::options::Options;
use super::{Action, ActionError, Category, Context, Descriptor, Effect, Example, Expected};
use crate::service::engine::{self, Build, Checked, Engine, EngineError};
use crate::words::{self, counted};

pub(super) use trouble::{FREE_DISK, of_context};

pub(super) const ACTION: Descriptor = Descriptor::of::<DockerBuild>();

struct DockerBuild;

/// The image.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// Its first tag, which `docker_push` takes; its id if it has none.
    reference: String,
    /// Its id, `sha256:…`.
    id: String,
    /// Its size in bytes.
    size: u64,
    /// Whether a rehearsal only pretended, for lack of an engine.
    simulated: bool,
}

impl Action for DockerBuild {
    const NAME: &'static str = "docker_build";
    const CATEGORY: Category = Category::Images;
    const SUMMARY: &'static str = "Build an image from a Dockerfile";
    const EFFECT: Effect = Effect::Build;
    const NATURAL: Option<&'static str> = Some("tag");
    const ERRORS: &'static [&'static str] = &[
        "if a step fails, with the step, its output and its line of the Dockerfile",
        "if the context or the Dockerfile is missing, or the Dockerfile is wrong",
        "if no Docker Engine answers",
    ];
    const EXAMPLES: &'static [Example] = &[
        Example {
            title: "builds the Dockerfile at the repository's root",
            files: &[
                ("Dockerfile", "FROM scratch\nCOPY index.html /\n"),
                ("index.html", "<h1>Lettings</h1>\n"),
            ],
            script: r#"let image = docker_build("me/lettings:1.4.2");
print(image.reference);"#,
            outcome: Expected::Prints("me/lettings:1.4.2\n"),
        },
        Example {
            title: "builds a stage of another Dockerfile, with an argument and two tags",
            files: &[
                (
                    "web/Dockerfile.prod",
                    "FROM scratch AS files\nARG PAGE\nCOPY $PAGE /\n\nFROM files AS tests\n",
                ),
                ("web/index.html", "<h1>Lettings</h1>\n"),
            ],
            script: r#"let image = docker_build(#{
    tags: ["me/web:1.4.2", "me/web:latest"],
    context: "web",
    dockerfile: "web/Dockerfile.prod",
    target: "files",
    build_args: #{ PAGE: "index.html" },
});
print(image.reference);"#,
            outcome: Expected::Prints("me/web:1.4.2\n"),
        },
        Example {
            title: "fails at the line of the Dockerfile that is wrong",
            files: &[("Dockerfile", "FROM scratch\nCOPPY index.html /\n")],
            script: r#"docker_build("me/lettings");"#,
            outcome: Expected::Fails("`Dockerfile`, line 2: `COPPY` is not an instruction"),
        },
    ];

    type Options = Options;
    type Output = Output;

    fn run(context: &Context, options: Options) -> Result<Output, ActionError> {
        let build = options.build(context)?;
        let checked = engine::check(&build);
        let checked = checked.map_err(|error| trouble::explain(context, &build, error))?;
        for (line, id) in &checked.missing_secrets {
            context.warn(format!(
                "line {line} of the Dockerfile mounts the secret `{id}`, which is not given"
            ));
        }
        let engine = context.block_on(async { Ok(engine::connect(&context.environment).await) })?;
        match engine {
            Ok(engine) => for_real(context, &engine, &build),
            Err(error) if context.rehearsal => simulate(context, &build, &error, &checked),
            Err(error) => Err(ActionError::from(error)
                .hint("a rehearsal works without an engine: `--rehearse`, or `:rehearse on` in `wharf repl`")),
        }
    }
}

fn for_real(context: &Context, engine: &Engine, build: &Build) -> Result<Output, ActionError> {
    let show = show::Show::new(context);
    let image = context.block_on(async {
        let ended = engine::build(engine, build, &|update| show.update(&update)).await;
        ended.map_err(|error| trouble::explain(context, build, error))
    })?;
    drop(show);
    let reference = reference(build, &image.id);
    context.say(format!("built `{reference}`, {}", words::size(image.size)));
    Ok(Output {
        reference,
        id: image.id,
        size: image.size,
        simulated: false,
    })
}

/// What can be done without an engine: everything up to sending.
fn simulate(
    context: &Context,
    build: &Build,
    error: &EngineError,
    checked: &Checked,
) -> Result<Output, ActionError> {
    let files = engine::check_files(build);
    let files = files.map_err(|error| trouble::explain(context, build, error))?;
    let size = files.iter().map(|file| file.size).sum();
    context.simulate(error.lack());
    context.say(format!(
        "the Dockerfile is in order with its {}; the context would be {}, {}",
        counted(checked.instructions, "instruction"),
        counted(files.len(), "file"),
        words::size(size),
    ));
    Ok(Output {
        reference: reference(build, ""),
        id: String::new(),
        size: 0,
        simulated: true,
    })
}

fn reference(build: &Build, id: &str) -> String {
    match build.tags.first() {
        Some(tag) => tag.familiar(),
        None => id.to_owned(),
    }
}
