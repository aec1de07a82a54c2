//! Whose lines are shown when several stages run at once.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use super::kept::Kept;
use super::outputs::{Kind, Outputs};
use super::prefix::Prefixes;
use crate::event::Listed;

/// How the output of stages that run at the same time is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Each stage's lines are one block, in the order the stages started. Those of the stage that
    /// has run longest are shown as they come; the others' are kept until it is their turn. With
    /// one stage at a time nothing is ever kept.
    Live,
    /// Each stage's lines are one block, shown when the stage ends.
    Grouped,
    /// Every line is shown as it comes, with its stage's name in front.
    Prefixed,
}

/// The lines of stages on their way to the outputs. What is no stage of the run, such as a hook or
/// the journal, never ends: its lines wait for nobody.
pub(super) struct Turns {
    /// Nothing, where it depends on the run.
    asked: Option<Mode>,
    mode: Mode,
    /// How many stages may run at the same time.
    pub(super) jobs: usize,
    /// The stages of the run.
    listed: HashSet<Arc<str>>,
    /// In the order they were opened. In [`Mode::Live`] the first one is being shown.
    blocks: VecDeque<Block>,
    prefixes: Prefixes,
    pub(super) outputs: Outputs,
}

struct Block {
    stage: Arc<str>,
    ended: bool,
    kept: Kept,
}

impl Turns {
    /// Without a `mode` a stage's lines are shown as they come where no other can run beside it, and
    /// when it ends where one can.
    pub(super) fn new(mode: Option<Mode>, outputs: Outputs) -> Self {
        Self {
            asked: mode,
            mode: mode.unwrap_or(Mode::Live),
            jobs: usize::MAX,
            listed: HashSet::new(),
            blocks: VecDeque::new(),
            prefixes: Prefixes::default(),
            outputs,
        }
    }

    /// Tells which stages there will be, each after those it needs.
    pub(super) fn list(&mut self, stages: &[Listed]) {
        self.listed = stages.iter().map(|stage| stage.name.clone()).collect();
        self.prefixes.learn(&self.listed);
        let beside = self.jobs > 1 && !is_chain(stages);
        let fitting = if beside { Mode::Grouped } else { Mode::Live };
        self.mode = self.asked.unwrap_or(fitting);
    }

    pub(super) fn mode(&self) -> Mode {
        self.mode
    }

    /// A line that `stage` says.
    pub(super) fn line(&mut self, stage: &Arc<str>, kind: Kind, text: &str) {
        if self.mode == Mode::Prefixed && self.listed.contains(stage) {
            let prefix = self.prefixes.of(stage, self.outputs.colour(kind));
            return self.outputs.line(kind, &format!("{prefix}{text}"));
        }
        self.mark(stage, kind, text);
    }

    /// A line about `stage`, which names it.
    pub(super) fn mark(&mut self, stage: &Arc<str>, kind: Kind, text: &str) {
        if self.mode == Mode::Prefixed || !self.listed.contains(stage) {
            return self.outputs.line(kind, text);
        }
        let index = self.block(stage);
        if index == 0 && self.mode == Mode::Live {
            return self.outputs.line(kind, text);
        }
        self.blocks[index].kept.push(kind, text);
    }

    /// No more lines of `stage` will come.
    pub(super) fn end(&mut self, stage: &Arc<str>) {
        let index = self.block(stage);
        self.blocks[index].ended = true;
        match self.mode {
            Mode::Live if index == 0 => self.next(),
            Mode::Live => {}
            Mode::Grouped | Mode::Prefixed => self.show(index),
        }
        self.outputs.flush();
    }

    /// Shows all that is left.
    pub(super) fn drain(&mut self) {
        while !self.blocks.is_empty() {
            self.show(0);
        }
        self.outputs.flush();
    }

    /// Whether all that `stage` said is shown already.
    pub(super) fn is_shown(&self, stage: &Arc<str>) -> bool {
        self.blocks.iter().all(|block| block.stage != *stage)
    }

    /// Whether a line of `stage` would be shown at once.
    pub(super) fn is_direct(&self, stage: &Arc<str>) -> bool {
        match self.mode {
            _ if !self.listed.contains(stage) => true,
            Mode::Live => self
                .blocks
                .front()
                .is_none_or(|block| block.stage == *stage),
            Mode::Grouped => false,
            Mode::Prefixed => true,
        }
    }

    /// Shows the blocks whose turn has come, up to the first that goes on.
    fn next(&mut self) {
        self.blocks.pop_front();
        while let Some(block) = self.blocks.front_mut() {
            block.kept.replay(&mut self.outputs);
            if !block.ended {
                break;
            }
            self.blocks.pop_front();
        }
    }

    fn show(&mut self, index: usize) {
        if let Some(mut block) = self.blocks.remove(index) {
            block.kept.replay(&mut self.outputs);
        }
    }

    fn block(&mut self, stage: &Arc<str>) -> usize {
        let known = self.blocks.iter().position(|block| block.stage == *stage);
        known.unwrap_or_else(|| {
            self.blocks.push_back(Block {
                stage: stage.clone(),
                ended: false,
                kept: Kept::default(),
            });
            self.blocks.len() - 1
        })
    }
}

/// Whether each stage needs the one before it.
fn is_chain(stages: &[Listed]) -> bool {
    let mut pairs = stages.windows(2);
    pairs.all(|pair| pair[1].needs.contains(&pair[0].name))
}
