//! A picture that stands for itself: no font, script or style from elsewhere, light and dark.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::layout::layout;
use super::{Graph, Node};

/// Of a character of the font, a box's line and its border, and around the whole.
const LETTER: f64 = 7.9;
const LINE: f64 = 18.0;
const INSET: (f64, f64) = (12.0, 8.0);
const MARGIN: f64 = 16.0;

/// Colours without variables, which only browsers know.
const STYLE: &str = "\
svg { color-scheme: light dark }
.page { fill: #ffffff }
.box { fill: #f6f8fa; stroke: #57606a }
.skipped .box { stroke-dasharray: 4 3 }
.edge { fill: none; stroke: #57606a; stroke-width: 1.2 }
.head { fill: #57606a }
text { fill: #1f2328; font-family: ui-monospace, Menlo, Consolas, \"DejaVu Sans Mono\", monospace; font-size: 13px; white-space: pre }
.faint { fill: #57606a }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117 }
  .box { fill: #161b22; stroke: #8b949e }
  .edge { stroke: #8b949e }
  .head { fill: #8b949e }
  text { fill: #e6edf3 }
  .faint { fill: #9198a1 }
}
";

pub fn svg(graph: &Graph) -> String {
    let sizes: Vec<_> = graph.nodes.iter().map(size).collect();
    let levels: Vec<_> = graph.nodes.iter().map(|node| node.level).collect();
    let layout = layout(&sizes, &levels, &graph.edges);
    let (width, height) = (layout.width + 2.0 * MARGIN, layout.height + 2.0 * MARGIN);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\">\n\
         <title>stages</title>\n<style>\n{STYLE}</style>\n\
         <marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" \
         markerHeight=\"7\" orient=\"auto\"><path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\">\n"
    );
    // Writing to a string cannot fail.
    for points in &layout.edges {
        let path = path(points);
        let _ = writeln!(
            text,
            "<path class=\"edge\" marker-end=\"url(#head)\" d=\"{path}\"/>"
        );
    }
    for ((node, place), size) in graph.nodes.iter().zip(&layout.boxes).zip(&sizes) {
        text.push_str(&drawn(node, *place, *size));
    }
    text.push_str("</g>\n</svg>\n");
    text
}

fn size(node: &Node) -> (f64, f64) {
    let lines = lines(node);
    let widest = lines.iter().map(|line| line.width()).max().unwrap_or(0);
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    (
        number(widest) * LETTER + 2.0 * INSET.0,
        number(lines.len()) * LINE + 2.0 * INSET.1,
    )
}

fn lines(node: &Node) -> Vec<String> {
    let mut lines = vec![node.name.clone()];
    lines.extend(node.environment.as_ref().map(|text| format!("→ {text}")));
    lines
}

fn drawn(node: &Node, (left, top): (f64, f64), (width, height): (f64, f64)) -> String {
    let class = if node.skipped.is_some() {
        " class=\"skipped\""
    } else {
        ""
    };
    let mut text = format!("<g{class}>");
    let skipped = node.skipped.iter();
    let skipped = skipped.map(|reason| format!("would be skipped: {reason}"));
    let told: Vec<_> = Some(node.doc.clone())
        .into_iter()
        .filter(|doc| !doc.is_empty())
        .chain(skipped)
        .collect();
    // Writing to a string cannot fail.
    if !told.is_empty() {
        let _ = write!(text, "<title>{}</title>", escaped(&told.join(" · ")));
    }
    let _ = write!(
        text,
        "<rect class=\"box\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\"/>"
    );
    for (index, line) in (0_u32..).zip(lines(node)) {
        let class = if index > 0 { " class=\"faint\"" } else { "" };
        let (x, y) = (
            left + INSET.0,
            top + INSET.1 + 13.0 + f64::from(index) * LINE,
        );
        let line = escaped(&line);
        let _ = write!(text, "<text{class} x=\"{x:.1}\" y=\"{y:.1}\">{line}</text>");
    }
    text.push_str("</g>\n");
    text
}

/// Curved between columns, straight through them.
fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    // Writing to a string cannot fail.
    for (index, pair) in points.windows(2).enumerate() {
        let ((x, y), (next_x, next_y)) = (pair[0], pair[1]);
        if index == 0 {
            let _ = write!(path, "M{x:.1} {y:.1}");
        }
        if index % 2 == 1 {
            let middle = f64::midpoint(x, next_x);
            let _ = write!(
                path,
                "C{middle:.1} {y:.1} {middle:.1} {next_y:.1} {next_x:.1} {next_y:.1}"
            );
        } else {
            let _ = write!(path, "H{next_x:.1}");
        }
    }
    path
}

/// As text in XML, which has no way to write most control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}
