//! What a build would send.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Action, ActionError, Category, Context, Descriptor, Effect, Example, Expected, docker_build,
};
use crate::service::engine::{BuildContext, Travelling};
use crate::words::{self, counted};

pub(super) const ACTION: Descriptor = Descriptor::of::<DockerContext>();

struct DockerContext;

/// What `docker_context` can be told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The folder whose files a build can copy; the repository's root if not given.
    context: Option<String>,
    /// The Dockerfile, from the repository's root; `Dockerfile` in the context if not given.
    dockerfile: Option<String>,
}

/// The files that pass the ignore rules.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// In the order they are sent: by name, a folder's files together.
    files: Vec<File>,
    /// How many there are.
    count: usize,
    /// The bytes of all of them.
    total: u64,
    /// The largest, at most ten, largest first.
    largest: Vec<File>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct File {
    /// From the context's root.
    path: String,
    /// In bytes.
    size: u64,
}

const LARGEST: usize = 10;

impl Action for DockerContext {
    const NAME: &'static str = "docker_context";
    const CATEGORY: Category = Category::Images;
    const SUMMARY: &'static str = "List the files an image build would send, with sizes";
    const EFFECT: Effect = Effect::Read;
    const NATURAL: Option<&'static str> = Some("context");
    const ERRORS: &'static [&'static str] = &["if there is no such folder, or no Dockerfile in it"];
    const EXAMPLES: &'static [Example] = &[
        Example {
            title: "keeps a build's context small",
            files: &[
                ("Dockerfile", "FROM scratch\nCOPY . /\n"),
                (".dockerignore", ".git\nnode_modules\n**/*.log\n*.rhai\n"),
                ("index.html", "<h1>Lettings</h1>\n"),
                ("node_modules/left-pad/index.js", "module.exports = {}\n"),
                ("logs/today.log", "GET /\n"),
            ],
            script: r"let sent = docker_context();
print(sent.files.map(|file| file.path));
if sent.total > 10_000_000 { fail(`${sent.largest[0].path} is too large for an image`); }",
            outcome: Expected::Prints("[\".dockerignore\", \"Dockerfile\", \"index.html\"]\n"),
        },
        Example {
            title: "needs a Dockerfile",
            files: &[("web/index.html", "<h1>Lettings</h1>\n")],
            script: r#"docker_context("web");"#,
            outcome: Expected::Fails("there is no Dockerfile at `web/Dockerfile`"),
        },
    ];

    type Options = Options;
    type Output = Output;

    fn run(context: &Context, options: Options) -> Result<Output, ActionError> {
        let root = context.path(options.context.as_deref().unwrap_or_default());
        let dockerfile = options.dockerfile.map(|path| context.path(path));
        let told = |error| docker_build::of_context(context, &error);
        let opened = BuildContext::open(&root, dockerfile.as_deref()).map_err(told)?;
        let files: Vec<File> = opened
            .files()
            .map_err(told)?
            .into_iter()
            .map(|Travelling { path, size }| File { path, size })
            .collect();
        let total = files.iter().map(|file| file.size).sum();
        let mut largest = files.clone();
        largest.sort_by_key(|file| std::cmp::Reverse(file.size));
        largest.truncate(LARGEST);
        context.say(format!(
            "{}, {}",
            counted(files.len(), "file"),
            words::size(total)
        ));
        Ok(Output {
            count: files.len(),
            total,
            largest,
            files,
        })
    }
}
