use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{ioctl_tiocsctty, setsid};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::running::{Collected, end};

/// A program on a terminal of its own, 80 columns by 24 rows.
#[derive(Debug)]
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    screen: Collected,
}

impl Terminal {
    #[expect(
        unsafe_code,
        reason = "a session's leader gets its terminal between fork and exec, or not at all"
    )]
    pub(super) fn start(mut command: Command) -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&keyboard).expect("a terminal of our own");
        unlockpt(&keyboard).expect("a terminal of our own");
        let name = ptsname(&keyboard, Vec::new()).expect("a terminal's name");
        let name = name.to_str().expect("a terminal's name in ASCII");
        let device = OpenOptions::new().read(true).write(true).open(name);
        let device = device.expect("the terminal's other end");
        tcsetwinsize(
            &device,
            Winsize {
                ws_row: 24,
                ws_col: 80,
                ws_xpixel: 0,
                ws_ypixel: 0,
            },
        )
        .expect("a terminal that has a size");
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
