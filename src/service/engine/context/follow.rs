//! Paths that an engine wants followed: where a part of one is a symbolic link, what it points at
//! must travel too.

use std::fs;
use std::path::Path;

use super::pattern::{Pattern, clean};

/// As many as Linux follows.
const MOST_LINKS: usize = 40;

/// The paths from the context's root that `paths` stand for, wildcards expanded where a link might
/// hide behind one, and the targets of links. `None` when that is everything.
pub(crate) fn follow(root: &Path, paths: &[String]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for path in paths {
        let path = clean(&format!("/{path}"));
        let parts: Vec<String> = path[1..].split('/').map(str::to_owned).collect();
        if parts == [""] {
            return None;
        }
        resolve(root, String::new(), &parts, 0, &mut found)?;
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

fn resolve(
    root: &Path,
    folder: String,
    parts: &[String],
    links: usize,
    found: &mut Vec<String>,
) -> Option<()> {
    let Some((part, rest)) = parts.split_first() else {
        found.push(folder);
        return Some(());
    };
    for name in names(root, &folder, part) {
        let path = if folder.is_empty() {
            name
        } else {
            format!("{folder}/{name}")
        };
        let Ok(target) = fs::read_link(root.join(&path)) else {
            resolve(root, path, rest, links, found)?;
            continue;
        };
        found.push(path);
        if links == MOST_LINKS {
            continue;
        }
        // A link cannot lead out of the context: `/` and `..` end at its root.
        let target = target.to_string_lossy();
        let target = if target.starts_with('/') {
            clean(&target)
        } else {
            clean(&format!("/{folder}/{target}"))
        };
        let onward: Vec<String> = target[1..]
            .split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .chain(rest.iter().cloned())
            .collect();
        if onward.is_empty() {
            return None;
        }
        resolve(root, String::new(), &onward, links + 1, found)?;
    }
    Some(())
}

/// What `part` names in `folder`: itself, or whatever its wildcards match there.
fn names(root: &Path, folder: &str, part: &str) -> Vec<String> {
    let pattern = match Pattern::new(part) {
        Ok(Some(pattern)) if part.contains(['*', '?', '[']) => pattern,
        _ => return vec![part.to_owned()],
    };
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten();
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| pattern.matches(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_within_the_context() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let root = root.path();
        fs::create_dir_all(root.join("real/deep")).expect("folders");
        fs::write(root.join("real/deep/file.txt"), "").expect("a file");
        symlink("real", root.join("link")).expect("a link");
        symlink("/real/deep", root.join("rooted")).expect("a link");
        symlink("../../../real", root.join("real/up")).expect("a link");
        symlink("loop", root.join("loop")).expect("a link");
        symlink(".", root.join("all")).expect("a link");
        for (path, expected) in [
            ("none/at.all", Some("none/at.all")),
            ("/link/deep/", Some("link real/deep")),
            ("link/*/*.txt", Some("link real/deep/file.txt real/up")),
            ("rooted/file.txt", Some("real/deep/file.txt rooted")),
            ("real/up", Some("real real/up")),
            ("loop", Some("loop")),
            (".", None),
            ("all", None),
        ] {
            let followed = follow(root, &[path.to_owned()]).map(|paths| paths.join(" "));
            assert_eq!(followed.as_deref(), expected, "{path}");
        }
    }
}
