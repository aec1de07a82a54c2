//! A failure as text: the message, each place with its source line and caret, causes, output, hints.

use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Failure, Place};

/// Renders `failure` for people, in colour when `colour` is set. Ends with a newline.
pub fn render(failure: &Failure, colour: bool) -> String {
    let mut group = Level::ERROR
        .primary_title(failure.message.as_str())
        .elements(
            failure
                .places
                .iter()
                .enumerate()
                .map(|(depth, place)| snippet(place, depth)),
        );
    for cause in &failure.causes {
        group = group.element(Level::NOTE.with_name("cause").message(cause.as_str()));
    }
    for hint in &failure.hints {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
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
    text
}

fn snippet(place: &Place, depth: usize) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
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
