//! `wharf graph`: which stage needs which, as text or for another program to draw.

use std::io::Write;
use std::sync::Arc;

use super::Done;
use super::arguments::{GraphFormat, GraphOptions, Place};
use super::load::{Setting, load};
use crate::plan::{self, Selection};
use crate::report::Colour;
use crate::report::graph::{Graph, dot, mermaid, svg, text};
use crate::secret::Secrets;

pub(super) fn graph(place: &Place, options: &GraphOptions, secrets: &Secrets) -> Done {
    let program = load(place, secrets, Setting::looking()).map_err(Arc::new)?;
    let mut declared = program.declare().map_err(Arc::new)?;
    let selection = Selection {
        stages: options.stages.clone(),
        ..Selection::default()
    };
    let order = plan::order(&declared.plan)
        .and_then(|order| plan::select(&declared.plan, &order, &selection))
        .map(|selected| declared.plan.settle(selected))
        .map_err(Arc::new)?;
    let graph = || Graph::new(&declared.plan, &order, secrets);
    let mut stdout = std::io::stdout().lock();
    let drawn = match options.format {
        GraphFormat::Text => secrets.mask(&text(&declared.plan, &order, Colour::of(&stdout))),
        GraphFormat::Mermaid => mermaid(&graph()),
        GraphFormat::Dot => dot(&graph()),
        GraphFormat::Svg => svg(&graph()),
    };
    // A closed pipe wants no more lines.
    let _ = stdout.write_all(drawn.as_bytes());
    Ok(())
}
