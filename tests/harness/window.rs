use std::num::NonZeroU16;

use vt100::Parser;

pub(super) const ROWS: NonZeroU16 = NonZeroU16::new(24).expect("24 rows");

/// What a window shows of the bytes written to it. Like most terminals it wraps its lines anew when
/// its width changes, and keeps the cursor with the text it stands at.
pub(super) struct Window {
    parser: Parser,
    columns: NonZeroU16,
}

impl Window {
    pub(super) fn new(columns: u16) -> Self {
        let columns = NonZeroU16::new(columns).expect("a column");
        Self {
            parser: Parser::new(ROWS, columns, 0),
            columns,
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
    }

    pub(super) fn resize(&mut self, columns: u16) {
        let mut resized = Self::new(columns);
        let (lines, (line, column)) = self.lines();
        let width = usize::from(columns);
        let rows_of = |line: &String| line.chars().count().div_ceil(width).max(1);
        resized.write(lines.join("\r\n").as_bytes());
        let below: usize = lines[line..].iter().map(rows_of).sum();
        let bottom = lines
            .iter()
            .map(rows_of)
            .sum::<usize>()
            .min(ROWS.get().into());
        let row = (bottom + column / width).saturating_sub(below);
        let to = format!("\x1b[{};{}H", row + 1, column % width + 1);
        resized.write(to.as_bytes());
        *self = resized;
    }

    /// The lines as they were before they were wrapped, and the cursor's line and column among them.
    fn lines(&self) -> (Vec<String>, (usize, usize)) {
        let screen = self.parser.screen();
        let (row, column) = screen.cursor_position();
        let (mut lines, mut line) = (Vec::new(), String::new());
        let mut cursor = (0, 0);
        for (at, text) in (0..).zip(screen.rows(0, self.columns.get())) {
            if at == row {
                cursor = (lines.len(), line.chars().count() + usize::from(column));
            }
            line.push_str(&text);
            if !screen.row_wrapped(at) {
                lines.push(std::mem::take(&mut line));
            }
        }
        let filled = lines.iter().rposition(|line| !line.is_empty());
        lines.truncate(filled.unwrap_or_default().max(cursor.0) + 1);
        (lines, cursor)
    }

    pub(super) fn text(&self) -> String {
        let rows = self.parser.screen().rows(0, self.columns.get());
        let rows: Vec<_> = rows.map(|row| row.trim_end().to_owned()).collect();
        rows.join("\n").trim_end().to_owned()
    }
}
