//! For Markdown: GitHub, GitLab and many editors draw Mermaid.

use std::fmt::Write;

use super::{Graph, Node};

/// A `flowchart`, from left to right.
pub fn mermaid(graph: &Graph) -> String {
    let mut text = "flowchart LR\n".to_owned();
    // Writing to a string cannot fail.
    for (index, node) in graph.nodes.iter().enumerate() {
        let _ = writeln!(text, "    n{index}[\"{}\"]", label(node));
    }
    for (needed, by) in &graph.edges {
        let _ = writeln!(text, "    n{needed} --> n{by}");
    }
    let nodes = graph.nodes.iter().enumerate();
    let skipped: Vec<_> = nodes
        .filter(|(_, node)| node.skipped.is_some())
        .map(|(index, _)| format!("n{index}"))
        .collect();
    if !skipped.is_empty() {
        let _ = writeln!(text, "    classDef skipped stroke-dasharray: 4 3");
        let _ = writeln!(text, "    class {} skipped", skipped.join(","));
    }
    text
}

fn label(node: &Node) -> String {
    let mut label = escaped(&node.name);
    if let Some(environment) = &node.environment {
        label.push_str("<br/>→ ");
        label.push_str(&escaped(environment));
    }
    label
}

/// Whatever Mermaid, Markdown or HTML could read a meaning into, as the number of its character.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for (index, letter) in text.char_indices() {
        let plain = match letter {
            // At the start they would begin a list.
            '-' | '+' => index > 0,
            '.' => !text[index + 1..].starts_with(' '),
            ' ' | '(' | ')' | ',' | '=' | ':' | '/' | '|' => true,
            other => other.is_alphanumeric() || !other.is_ascii(),
        };
        if plain {
            escaped.push(letter);
        } else {
            let _ = write!(escaped, "#{};", u32::from(letter));
        }
    }
    escaped
}
