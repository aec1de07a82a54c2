//! The lines at the bottom of a terminal that change while a run goes on.
//!
//! Between two drawings the cursor rests at the beginning of the first of them. So all from the
//! cursor on is theirs and nothing above it is, also after the window was resized: a terminal that
//! wraps its lines anew keeps the cursor with its text. How many rows they take is never asked.

use std::io::{Write as _, stderr};
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::style::Colour;
use super::width::{cut, width};
use super::window;

/// The live lines of one terminal.
pub(super) struct Live {
    shared: Arc<Shared>,
}

struct Shared {
    lines: Mutex<Lines>,
    /// Told when there is a line again.
    wake: Condvar,
}

/// What is shown, top to bottom.
pub(super) struct Lines {
    all: Vec<Line>,
    colour: Colour,
    turn: usize,
    is_drawn: bool,
    is_paused: bool,
    /// How wide the window was when they were drawn.
    columns: usize,
    /// Whether a thread draws them again and again.
    is_ticking: bool,
}

struct Line {
    stage: Arc<str>,
    what: What,
}

enum What {
    Running {
        name: String,
        began: Instant,
        /// What the stage said last.
        said: String,
    },
    /// A text that stays as it is, perhaps with colours.
    Still(String),
}

const TICK: Duration = Duration::from_millis(120);
const TURNS: [char; 8] = ['⠁', '⠂', '⠄', '⡀', '⢀', '⠠', '⠐', '⠈'];

/// Where the window does not tell its size.
const COLUMNS: usize = 80;
const ROWS: usize = 24;

/// To the beginning of the line, and all from there on is gone. Where that is the whole screen some
/// terminals would keep it in their history, so it is never asked for at once.
pub(super) const ERASE: &str = "\r \x1b[J\r\x1b[K";

/// Whether the process has lines on the screen, and whether it may have any more.
static DRAWN: AtomicBool = AtomicBool::new(false);
static LEFT: AtomicBool = AtomicBool::new(false);

/// Takes live lines off the screen for good, when the process is about to end in a hurry.
pub fn leave_screen() {
    LEFT.store(true, Ordering::Relaxed);
    if DRAWN.swap(false, Ordering::Relaxed) {
        write(ERASE);
    }
}

impl Live {
    pub(super) fn new(colour: Colour) -> Self {
        Self {
            shared: Arc::new(Shared {
                lines: Mutex::new(Lines {
                    all: Vec::new(),
                    colour,
                    turn: 0,
                    is_drawn: false,
                    is_paused: false,
                    columns: COLUMNS,
                    is_ticking: false,
                }),
                wake: Condvar::new(),
            }),
        }
    }

    /// Takes the lines off the screen until the guard is dropped: meanwhile others may write, and
    /// the lines may change.
    pub(super) fn lift(&self) -> Lifted<'_> {
        let mut lines = self.lines();
        lines.erase();
        Lifted { lines, live: self }
    }

    /// What a running stage said last, in one line.
    pub(super) fn tell(&self, stage: &Arc<str>, text: &str) {
        let mut lines = self.lines();
        let mut of_stage = lines.all.iter_mut().filter(|line| line.stage == *stage);
        if let Some(What::Running { said, .. }) = of_stage.next().map(|line| &mut line.what) {
            text.clone_into(said);
        }
    }

    /// Takes the lines off the screen while a person is asked.
    pub(super) fn pause(&self) {
        let mut lines = self.lines();
        lines.erase();
        lines.is_paused = true;
    }

    pub(super) fn resume(&self) {
        let mut lines = self.lines();
        lines.is_paused = false;
        lines.draw();
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        lock(&self.shared.lines)
    }

    fn keep_ticking(&self, lines: &mut Lines) {
        if lines.is_ticking || lines.all.is_empty() {
            return;
        }
        let shared = self.shared.clone();
        // Without a thread the lines change whenever something is printed.
        let thread = thread::Builder::new().name("terminal".to_owned());
        lines.is_ticking = thread.spawn(move || tick(&shared)).is_ok();
    }
}

fn tick(shared: &Shared) {
    let mut lines = lock(&shared.lines);
    while !lines.all.is_empty() {
        let (after, _) = shared
            .wake
            .wait_timeout(lines, TICK)
            .unwrap_or_else(PoisonError::into_inner);
        lines = after;
        lines.turn += 1;
        lines.draw();
    }
    lines.is_ticking = false;
}

/// Others have the screen; see [`Live::lift`].
pub(super) struct Lifted<'a> {
    lines: MutexGuard<'a, Lines>,
    live: &'a Live,
}

impl Deref for Lifted<'_> {
    type Target = Lines;

    fn deref(&self) -> &Lines {
        &self.lines
    }
}

impl DerefMut for Lifted<'_> {
    fn deref_mut(&mut self) -> &mut Lines {
        &mut self.lines
    }
}

impl Drop for Lifted<'_> {
    fn drop(&mut self) {
        self.lines.draw();
        self.live.keep_ticking(&mut self.lines);
    }
}

impl Lines {
    /// A line for a stage that runs from now on, below all others.
    pub(super) fn start(&mut self, stage: &Arc<str>, name: String) {
        self.all.push(Line {
            stage: stage.clone(),
            what: What::Running {
                name,
                began: Instant::now(),
                said: String::new(),
            },
        });
    }

    /// A line that stays as it is, above those of running stages.
    pub(super) fn keep(&mut self, stage: &Arc<str>, text: String) {
        let stills = |line: &&Line| matches!(line.what, What::Still(_));
        let end = self.all.iter().take_while(stills).count();
        let line = Line {
            stage: stage.clone(),
            what: What::Still(text),
        };
        self.all.insert(end, line);
    }

    pub(super) fn remove(&mut self, stage: &Arc<str>) {
        self.all.retain(|line| line.stage != *stage);
    }

    /// Leaves the lines of stages that are `wanted`.
    pub(super) fn retain(&mut self, wanted: impl Fn(&Arc<str>) -> bool) {
        self.all.retain(|line| wanted(&line.stage));
    }

    fn erase(&mut self) {
        if std::mem::take(&mut self.is_drawn) && DRAWN.swap(false, Ordering::Relaxed) {
            write(ERASE);
        }
    }

    fn draw(&mut self) {
        if self.all.is_empty() || self.is_paused || LEFT.load(Ordering::Relaxed) {
            return self.erase();
        }
        let (columns, rows) = window::size().unwrap_or((COLUMNS, ROWS));
        let mut text = String::new();
        if self.is_drawn && columns != self.columns {
            // They may take more rows by now than they will.
            text.push_str(ERASE);
        }
        text.push_str(&self.frame(columns, rows));
        (self.is_drawn, self.columns) = (true, columns);
        DRAWN.store(true, Ordering::Relaxed);
        write(&text);
    }

    /// All lines over what is there, and the cursor back at the beginning of the first. While they
    /// are written nothing wraps: the window may be narrower by now.
    fn frame(&self, columns: usize, rows: usize) -> String {
        let room = rows.saturating_sub(1).max(1);
        let columns = columns.saturating_sub(1);
        let mut lines: Vec<_> = self
            .all
            .iter()
            .map(|line| self.line(line, columns))
            .collect();
        if lines.len() > room {
            let more = lines.len() - room + 1;
            lines.truncate(room - 1);
            lines.push(
                self.colour
                    .faint(&cut(&format!("and {more} more"), columns)),
            );
        }
        let up = match lines.len() {
            1 => String::new(),
            count => format!("\x1b[{}A", count - 1),
        };
        let lines = lines.join("\x1b[K\r\n");
        format!("\r\x1b[?7l{lines}\x1b[K\x1b[J\x1b[?7h\r{up}")
    }

    fn line(&self, line: &Line, columns: usize) -> String {
        let (name, began, said) = match &line.what {
            What::Still(text) => return cut(text, columns),
            What::Running { name, began, said } => (name, began, said),
        };
        let turn = TURNS[self.turn % TURNS.len()].to_string();
        // A name takes no more than half of the window.
        let name = cut(name, (columns.div_ceil(2)).saturating_sub(1).max(4));
        let time = seconds(began.elapsed());
        let taken = width(&turn) + width(&name) + width(&time) + 3;
        let said = cut(said, columns.saturating_sub(taken));
        let colour = self.colour;
        let line = format!(
            "{} {name} {} {}",
            colour.live(&turn),
            colour.faint(&time),
            colour.faint(&said)
        );
        cut(&line, columns)
    }
}

/// `7s`, `2m05s`.
fn seconds(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds => format!("{}m{:02}s", seconds / 60, seconds % 60),
    }
}

fn write(text: &str) {
    // A terminal that is gone needs no lines.
    let mut stderr = stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}

fn lock(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Live, seconds};
    use crate::report::Colour;

    #[test]
    fn more_lines_than_rows_are_counted() {
        let live = Live::new(Colour::none());
        let mut lines = live.lines();
        for name in ["test", "lint", "image"] {
            lines.start(&Arc::from(name), name.to_owned());
        }
        assert_eq!(
            lines.frame(20, 3),
            "\r\x1b[?7l⠁ test 0s \x1b[K\r\nand 2 more\x1b[K\x1b[J\x1b[?7h\r\x1b[1A"
        );
        lines.remove(&Arc::from("lint"));
        lines.keep(
            &Arc::from("lint"),
            "✓ lint 0.3 s  ran: first time".to_owned(),
        );
        assert_eq!(
            lines.frame(12, 9),
            "\r\x1b[?7l✓ lint 0.3…\x1b[K\r\n⠁ test 0s \x1b[K\r\n⠁ image 0s \x1b[K\x1b[J\x1b[?7h\r\x1b[2A"
        );
        lines.retain(|_| false);
    }

    #[test]
    fn times_are_short() {
        for (time, expected) in [(0, "0s"), (59, "59s"), (125, "2m05s"), (3_600, "60m00s")] {
            assert_eq!(seconds(Duration::from_secs(time)), expected);
        }
    }
}
