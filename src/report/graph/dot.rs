//! For Graphviz.

use std::fmt::Write;

use super::{Graph, Node};

pub fn dot(graph: &Graph) -> String {
    let mut text = "digraph stages {\n  rankdir=LR\n  node [shape=box, style=rounded]\n".to_owned();
    // Writing to a string cannot fail.
    for (index, node) in graph.nodes.iter().enumerate() {
        let _ = writeln!(text, "  n{index} [{}]", attributes(node));
    }
    for (needed, by) in &graph.edges {
        let _ = writeln!(text, "  n{needed} -> n{by}");
    }
    text.push_str("}\n");
    text
}

fn attributes(node: &Node) -> String {
    let mut label = escaped(&node.name);
    if let Some(environment) = &node.environment {
        label.push_str("\\n→ ");
        label.push_str(&escaped(environment));
    }
    let mut attributes = format!("label=\"{label}\"");
    if !node.doc.is_empty() {
        let _ = write!(attributes, ", tooltip=\"{}\"", escaped(&node.doc));
    }
    if node.skipped.is_some() {
        attributes.push_str(", style=\"rounded,dashed\"");
    }
    attributes
}

/// In a quoted label a backslash begins an escape, and `&` a character reference as in HTML.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('&', "&amp;")
}
