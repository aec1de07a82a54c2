//! The size of the terminal.

/// How many columns the terminal on standard error has now.
pub(super) fn columns() -> Option<usize> {
    size().map(|(columns, _)| columns)
}

/// How many columns and rows it has.
pub(super) fn size() -> Option<(usize, usize)> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    let (columns, rows) = (usize::from(size.ws_col), usize::from(size.ws_row));
    (columns > 0 && rows > 0).then_some((columns, rows))
}
