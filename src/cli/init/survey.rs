//! What a project has of all that a pipeline can use.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::arguments::Kind;

/// A folder that a project is in.
pub(super) struct Survey {
    folder: PathBuf,
}

/// Which file tells of which kind; the first that is there does.
const SIGNS: [(&str, Kind); 11] = [
    ("manage.py", Kind::Django),
    ("Cargo.toml", Kind::Rust),
    ("pyproject.toml", Kind::Python),
    ("requirements.txt", Kind::Python),
    ("setup.py", Kind::Python),
    ("setup.cfg", Kind::Python),
    ("go.mod", Kind::Go),
    ("package.json", Kind::Node),
    ("index.html", Kind::Static),
    ("public/index.html", Kind::Static),
    ("site/index.html", Kind::Static),
];

/// Files that `node::install` and `python::install` can install from.
const NODE_LOCKS: [&str; 3] = ["package-lock.json", "yarn.lock", "pnpm-lock.yaml"];
const PYTHON_LOCKS: [&str; 4] = [
    "uv.lock",
    "poetry.lock",
    "requirements-dev.txt",
    "requirements.txt",
];

impl Survey {
    pub(super) fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The kind, and why it is that.
    pub(super) fn kind(&self) -> (Kind, String) {
        let sign = SIGNS.into_iter().find(|(file, _)| self.has(file));
        sign.map_or_else(
            || {
                let why = "nothing here tells of another kind";
                (Kind::Generic, why.to_owned())
            },
            |(file, kind)| (kind, format!("found {file}")),
        )
    }

    /// The project's name as an image can have it.
    pub(super) fn name(&self) -> String {
        let told = [
            ("package.json", "/name"),
            ("Cargo.toml", "/package/name"),
            ("pyproject.toml", "/project/name"),
            ("pyproject.toml", "/tool/poetry/name"),
        ];
        let told = told
            .into_iter()
            .find_map(|(file, at)| Some(self.data(file)?.pointer(at)?.as_str()?.to_owned()));
        let folder = || {
            let folder = self.folder.canonicalize().ok()?;
            Some(folder.file_name()?.to_string_lossy().into_owned())
        };
        let name = told.or_else(folder).unwrap_or_default();
        // `@scope/name`
        let name = name.rsplit('/').next().unwrap_or_default().to_lowercase();
        let words = name.split(|char: char| !char.is_ascii_lowercase() && !char.is_ascii_digit());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        match words.join("-") {
            none if none.is_empty() => "app".to_owned(),
            name => name,
        }
    }

    /// Why what a pipeline of this kind needs is not there.
    pub(super) fn missing(&self, kind: Kind, need: &str) -> Option<String> {
        match (need, kind) {
            ("image", _) => self.without(&["Dockerfile"]),
            ("packages", Kind::Node) => self
                .without(&NODE_LOCKS)
                .map(|why| format!("{why} (`npm install` writes one)")),
            ("packages", _) => self.without(&PYTHON_LOCKS),
            ("tests", Kind::Node) => self.node_tests(),
            ("tests", Kind::Rust) => self.tests(".rs", is_rust_test),
            ("tests", Kind::Django | Kind::Python) => {
                self.tests(".py", |line| line.contains("def test"))
            }
            ("examples", _) => self.rust_examples(),
            ("tests", Kind::Go) => self.tests("_test.go", |line| line.starts_with("func Test")),
            ("tests", Kind::Static) => self.without(&["check.sh"]),
            ("tests", Kind::Generic) => self.make_test(),
            ("linter", _) => (!crate::action::has_linter(&self.folder))
                .then(|| "no linter is configured".to_owned()),
            _ => unreachable!("`{need}` is no need of a pipeline"),
        }
    }

    fn without(&self, files: &[&str]) -> Option<String> {
        let [others @ .., last] = files else {
            return None;
        };
        (!files.iter().any(|file| self.has(file))).then(|| match others {
            [] => format!("there is no {last}"),
            _ => format!("there is no {} or {last}", others.join(", ")),
        })
    }

    fn node_tests(&self) -> Option<String> {
        let package = self.data("package.json").unwrap_or_default();
        let script = package.pointer("/scripts/test");
        let script = script.and_then(serde_json::Value::as_str);
        // What `npm init` writes.
        if script.is_none_or(|script| script.contains("no test specified")) {
            return Some("package.json has no script `test`".to_owned());
        }
        let named = |key: &str| package.get(key).and_then(|all| all.as_object());
        let mut named = ["dependencies", "devDependencies"]
            .into_iter()
            .filter_map(named);
        let installed = self.has("node_modules") || self.without(&NODE_LOCKS).is_none();
        (!installed && named.any(|all| !all.is_empty()))
            .then(|| "its packages are not installed (`npm install`)".to_owned())
    }

    /// Unless a file whose name ends so has a line that begins a test.
    fn tests(&self, end: &str, begins: fn(&str) -> bool) -> Option<String> {
        let walk = ignore::WalkBuilder::new(&self.folder)
            .require_git(false)
            .build();
        let mut files = walk
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name().to_string_lossy().ends_with(end));
        let found = files.any(|entry| {
            fs::read_to_string(entry.path()).is_ok_and(|text| text.lines().any(begins))
        });
        (!found).then(|| "there are no tests".to_owned())
    }

    /// Unless there is a library that `cargo test --doc` finds, with an example in its documentation.
    fn rust_examples(&self) -> Option<String> {
        let manifest = self.data("Cargo.toml").unwrap_or_default();
        let own = self.has("src/lib.rs") || manifest.get("lib").is_some();
        if !own && manifest.get("package").is_some() {
            return Some("there is no library".to_owned());
        }
        let none = self.tests(".rs", is_rust_example);
        none.map(|_| "there are no examples in the documentation".to_owned())
    }

    fn make_test(&self) -> Option<String> {
        // The first that is there is make's.
        let files = ["GNUmakefile", "makefile", "Makefile"];
        let file = files.into_iter().find(|file| self.has(file));
        let rules = file.map(|file| self.text(file)).unwrap_or_default();
        (!rules.lines().any(is_test_rule))
            .then(|| "there is no Makefile with a rule `test`".to_owned())
    }

    fn has(&self, path: &str) -> bool {
        self.folder.join(path).exists()
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap_or_default()
    }

    fn data(&self, path: &str) -> Option<serde_json::Value> {
        let text = self.text(path);
        match path.rsplit_once('.')?.1 {
            "toml" => toml::from_str(&text).ok(),
            _ => serde_json::from_str(&text).ok(),
        }
    }
}

/// An attribute of a test: `#[test]`, `#[tokio::test(…)]`, `#[test_case(…)]`, `#[rstest]`.
fn is_rust_test(line: &str) -> bool {
    let Some(attribute) = line.trim_start().strip_prefix("#[") else {
        return false;
    };
    let name = attribute.split(['(', ']']).next().unwrap_or_default();
    let name = name.rsplit("::").next().unwrap_or_default();
    matches!(name, "test" | "test_case" | "rstest" | "quickcheck")
}

/// The fence of a block of code in a comment that documents.
fn is_rust_example(line: &str) -> bool {
    let line = line.trim_start();
    let comment = line.strip_prefix("///").or(line.strip_prefix("//!"));
    comment.is_some_and(|text| text.trim_start().starts_with("```"))
}

/// `test: …`, alone or with other targets, and no variable.
fn is_test_rule(line: &str) -> bool {
    let Some((targets, rest)) = line.split_once(':') else {
        return false;
    };
    let is_rule =
        !line.starts_with([' ', '\t', '#']) && !rest.trim_start_matches(':').starts_with('=');
    is_rule && targets.split_whitespace().any(|target| target == "test")
}
