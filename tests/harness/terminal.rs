use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::process::{ioctl_tiocsctty, setsid};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

use super::PATIENCE;
use super::running::{Collected, end};
use super::window::{ROWS, Window};

/// A program on a terminal of its own, 24 rows high.
#[derive(Debug)]
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    screen: Collected,
    columns: u16,
    /// How much was written when the window became so wide.
    resized: Vec<(usize, u16)>,
}

impl Terminal {
    #[expect(
        unsafe_code,
        reason = "a session's leader gets its terminal between fork and exec, or not at all"
    )]
    pub(super) fn start(mut command: Command, columns: u16) -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&keyboard).expect("a terminal of our own");
        unlockpt(&keyboard).expect("a terminal of our own");
        let name = ptsname(&keyboard, Vec::new()).expect("a terminal's name");
        let name = name.to_str().expect("a terminal's name in ASCII");
        let device = OpenOptions::new().read(true).write(true).open(name);
        let device = device.expect("the terminal's other end");
        tcsetwinsize(&device, size(columns)).expect("a terminal that has a size");
        let end = |device: &File| Stdio::from(device.try_clone().expect("another descriptor"));
        command
            .stdin(end(&device))
            .stdout(end(&device))
            .stderr(end(&device));
        // SAFETY: both are plain system calls, allowed between fork and exec.
        unsafe {
            command.pre_exec(|| {
                setsid()?;
                ioctl_tiocsctty(std::io::stdin())?;
                Ok(())
            });
        }
        let child = command.spawn().expect("a program");
        // The command holds the other end's descriptors; the screen ends when all are closed.
        drop(command);
        let keyboard = File::from(keyboard);
        let screen = Collected::from(keyboard.try_clone().expect("another descriptor"));
        Self {
            child,
            keyboard,
            screen,
            columns,
            resized: Vec::new(),
        }
    }

    /// Types `text`; a line ends with `\n`.
    pub(crate) fn write(&mut self, text: &str) {
        self.keyboard
            .write_all(text.as_bytes())
            .expect("a terminal that takes input");
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&mut self) {
        self.write("\x03");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("a child that was not waited for");
    }

    /// Whether the terminal waits for whole lines.
    pub(crate) fn waits_for_lines(&self) -> bool {
        let modes = tcgetattr(&self.keyboard).expect("a terminal");
        modes.local_modes.contains(LocalModes::ICANON)
    }

    /// Sets the terminal as a shell does for itself.
    pub(crate) fn set_for_lines(&self) {
        let mut modes = tcgetattr(&self.keyboard).expect("a terminal");
        modes
            .local_modes
            .insert(LocalModes::ICANON | LocalModes::ECHO);
        tcsetattr(&self.keyboard, OptionalActions::Now, &modes).expect("a terminal");
    }

    /// Makes the window narrower or wider; the program is told.
    pub(crate) fn resize(&mut self, columns: u16) {
        self.resized.push((self.screen.so_far().len(), columns));
        tcsetwinsize(&self.keyboard, size(columns)).expect("a terminal that has a size");
    }

    /// What is on the screen now, the lines that scrolled away above it left out.
    pub(crate) fn screen(&self) -> String {
        let written = self.screen.so_far();
        let mut window = Window::new(self.columns);
        let mut from = 0;
        for (at, columns) in &self.resized {
            window.write(&written[from..*at]);
            window.resize(*columns);
            from = *at;
        }
        window.write(&written[from..]);
        window.text()
    }

    /// Waits until what is on the screen is `accepted`, and gives it.
    #[track_caller]
    pub(crate) fn wait_for_screen(&self, accepted: impl Fn(&str) -> bool) -> String {
        let begin = Instant::now();
        loop {
            let screen = self.screen();
            if accepted(&screen) {
                return screen;
            }
            assert!(begin.elapsed() < PATIENCE, "not accepted:\n{screen}");
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// Waits until the program has written `text`, escape sequences and all.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.screen.wait_for(text);
    }

    /// Waits for the end and gives the exit code.
    pub(crate) fn finish(&mut self) -> i32 {
        use std::os::unix::process::ExitStatusExt;

        let status = end(&mut self.child);
        let signalled = || 128 + status.signal().unwrap_or(0);
        status.code().unwrap_or_else(signalled)
    }

    /// All that was written so far.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.screen.all()).into_owned()
    }

    /// All that was written so far, without escape sequences.
    pub(crate) fn text(&self) -> String {
        anstream::adapter::strip_str(&self.raw()).to_string()
    }
}

fn size(columns: u16) -> Winsize {
    Winsize {
        ws_row: ROWS.get(),
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}
