//! A failure as text: message, places with source lines and carets, output, causes, and hints last.

use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};

use super::{Failure, Place};

/// Renders `failure` for people, in colour when `colour` is set. Ends with a newline.
pub fn render(failure: &Failure, colour: bool) -> String {
    render_as(failure, Level::ERROR, colour)
}

/// The same for what is only a warning.
pub fn render_warning(failure: &Failure, colour: bool) -> String {
    render_as(failure, Level::WARNING, colour)
}

fn render_as(failure: &Failure, level: Level<'_>, colour: bool) -> String {
    let message = failure.message.trim_end();
    let snippets = failure.places.iter().enumerate();
    let group = level
        .clone()
        .primary_title(message)
        .elements(snippets.map(|(depth, place)| snippet(place, depth)));
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut text = renderer.decor_style(DecorStyle::Ascii).render(&[group]);
    text.push('\n');
    for line in &failure.output {
        let _ = writeln!(text, "  | {line}");
    }
    for cause in &failure.causes {
        let _ = writeln!(
            text,
            "{} {cause}",
            label("cause:", AnsiColor::Yellow, colour)
        );
    }
    for hint in &failure.hints {
        let _ = writeln!(text, "{} {hint}", label("hint:", AnsiColor::Cyan, colour));
    }
    for later in &failure.also {
        text.push('\n');
        text.push_str(&render_as(later, level.clone(), colour));
    }
    text
}

fn snippet(place: &Place, depth: usize) -> Snippet<'_, Annotation<'_>> {
    let kind = if depth == 0 {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let mut annotation = kind.span(place.span.clone());
    if !place.label.is_empty() {
        annotation = annotation.label(place.label.as_str());
    }
    Snippet::source(place.source.text.as_str())
        .path(place.source.name.as_str())
        .annotation(annotation)
}

fn label(text: &str, of: AnsiColor, colour: bool) -> String {
    let style = Style::new().fg_color(Some(of.into())).bold();
    if colour {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}
