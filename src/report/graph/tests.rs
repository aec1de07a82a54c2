use insta::assert_snapshot;
use proptest::prelude::*;

use super::layout::layout;
use super::{Graph, dot, mermaid, svg};
use crate::plan::{Need, Plan, Stage, When};
use crate::secret::Secrets;

/// Names that mean something to each of the formats.
fn graph() -> Graph {
    let stage = |name: &str, needs: &[&str]| Stage {
        name: name.into(),
        needs: needs
            .iter()
            .map(|need| Need {
                stage: (*need).into(),
                place: None,
            })
            .collect(),
        ..Stage::default()
    };
    let plan = Plan {
        stages: vec![
            Stage {
                doc: "says \"no\" to <b> & \\ more\nand on".to_owned(),
                ..stage("lint \"<a>&[x]\\n\"; `#1`", &[])
            },
            stage("- tëst {été} 1. 試験", &[]),
            Stage {
                when: When::Never("branch is <x>".to_owned()),
                ..stage(
                    "image",
                    &["lint \"<a>&[x]\\n\"; `#1`", "- tëst {été} 1. 試験"],
                )
            },
            Stage {
                environment: Some("live & \"well\"".to_owned()),
                ..stage("deploy", &["image", "elsewhere", "- tëst {été} 1. 試験"])
            },
            stage("hunter22", &[]),
        ],
    };
    let secrets = Secrets::new();
    secrets.add("hunter22");
    Graph::new(&plan, &[0, 1, 2, 3, 4], &secrets)
}

#[test]
fn mermaid_with_every_name_escaped() {
    assert_snapshot!(mermaid(&graph()), @r##"
    flowchart LR
        n0["lint #34;#60;a#62;#38;#91;x#93;#92;n#34;#59; #96;#35;1#96;"]
        n1["#45; tëst #123;été#125; 1#46; 試験"]
        n2["image"]
        n3["deploy<br/>→ live #38; #34;well#34;"]
        n4["#42;#42;#42;"]
        n0 --> n2
        n1 --> n2
        n2 --> n3
        n1 --> n3
        classDef skipped stroke-dasharray: 4 3
        class n2 skipped
    "##);
}

#[test]
fn dot_with_every_name_escaped() {
    assert_snapshot!(dot(&graph()), @r#"
    digraph stages {
      rankdir=LR
      node [shape=box, style=rounded]
      n0 [label="lint \"<a>&amp;[x]\\n\"; `#1`", tooltip="says \"no\" to <b> &amp; \\ more"]
      n1 [label="- tëst {été} 1. 試験"]
      n2 [label="image", style="rounded,dashed"]
      n3 [label="deploy\n→ live &amp; \"well\""]
      n4 [label="***"]
      n0 -> n2
      n1 -> n2
      n2 -> n3
      n1 -> n3
    }
    "#);
}

#[test]
fn svg_with_every_name_escaped() {
    let drawn = svg(&graph());
    let (_, drawn) = drawn.split_once("</style>\n").expect("a style");
    assert_snapshot!(drawn, @r#"
    <marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker>
    <rect class="page" width="100%" height="100%"/>
    <g transform="translate(16 16)">
    <path class="edge" marker-end="url(#head)" d="M197.8 17.0H197.8C225.8 17.0 225.8 34.6 253.8 34.6"/>
    <path class="edge" marker-end="url(#head)" d="M182.0 69.0H197.8C225.8 69.0 225.8 34.6 253.8 34.6"/>
    <path class="edge" marker-end="url(#head)" d="M317.3 34.6H317.3C345.3 34.6 345.3 51.9 373.3 51.9"/>
    <path class="edge" marker-end="url(#head)" d="M182.0 69.0H197.8C225.8 69.0 225.8 70.6 253.8 70.6H317.3C345.3 70.6 345.3 51.9 373.3 51.9"/>
    <g><title>says "no" to &lt;b&gt; &amp; \ more</title><rect class="box" x="0.0" y="0.0" width="197.8" height="34.0" rx="6"/><text x="12.0" y="21.0">lint "&lt;a&gt;&amp;[x]\n"; `#1`</text></g>
    <g><rect class="box" x="0.0" y="52.0" width="182.0" height="34.0" rx="6"/><text x="12.0" y="73.0">- tëst {été} 1. 試験</text></g>
    <g class="skipped"><title>would be skipped: branch is &lt;x&gt;</title><rect class="box" x="253.8" y="17.6" width="63.5" height="34.0" rx="6"/><text x="265.8" y="38.6">image</text></g>
    <g><rect class="box" x="373.3" y="25.9" width="142.5" height="52.0" rx="6"/><text x="385.3" y="46.9">deploy</text><text class="faint" x="385.3" y="64.9">→ live &amp; "well"</text></g>
    <g><rect class="box" x="0.0" y="104.0" width="47.7" height="34.0" rx="6"/><text x="12.0" y="125.0">***</text></g>
    </g>
    </svg>
    "#);
}

#[test]
fn what_has_no_stage_is_drawn_empty() {
    let empty = Graph::default();
    assert_eq!(mermaid(&empty), "flowchart LR\n");
    assert!(svg(&empty).contains("viewBox=\"0 0 32 32\""));
}

proptest! {
    #[test]
    fn boxes_keep_apart_and_edges_lead_on(
        sizes in prop::collection::vec((10.0..200.0, 10.0..60.0), 1..40),
        pairs in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..80),
    ) {
        let count = sizes.len();
        let pairs = pairs.iter().map(|(one, other)| (one.index(count), other.index(count)));
        let mut edges: Vec<(usize, usize)> = pairs.filter(|(from, to)| from < to).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut levels = vec![0; count];
        for to in 0..count {
            let needs = edges.iter().filter(|edge| edge.1 == to);
            levels[to] = needs.map(|edge| levels[edge.0] + 1).max().unwrap_or(0);
        }
        let layout = layout(&sizes, &levels, &edges);
        for (one, (left, top)) in layout.boxes.iter().enumerate() {
            let (width, height) = sizes[one];
            prop_assert!(*left >= 0.0 && left + width <= layout.width + 0.001);
            prop_assert!(*top >= -0.001 && top + height <= layout.height + 0.001);
            for (other, (_, below)) in layout.boxes.iter().enumerate().skip(one + 1) {
                if levels[one] == levels[other] {
                    let apart = top + height <= *below || below + sizes[other].1 <= *top;
                    prop_assert!(apart, "{one} and {other} overlap");
                }
            }
        }
        for (points, (from, to)) in layout.edges.iter().zip(&edges) {
            prop_assert!(points.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            let (first, last) = (points[0], points[points.len() - 1]);
            let end = layout.boxes[*from].0 + sizes[*from].0;
            prop_assert!((first.0 - end).abs() < 0.001);
            prop_assert!((last.0 - layout.boxes[*to].0).abs() < 0.001);
        }
    }
}
