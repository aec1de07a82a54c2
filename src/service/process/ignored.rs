//! Signals that whoever started wharf wants it not to heed, as `nohup` does.

use std::fs::File;
use std::io::Read;

/// Whether `signal` was ignored when this process began, where the system tells: Linux does, see
/// `SigIgn` in `proc_pid_status(5)`.
pub fn ignores(signal: i32) -> bool {
    // The system tells no length, and to grow from nothing would ask it eight times.
    let mut status = String::with_capacity(4096);
    if let Ok(mut file) = File::open("/proc/self/status") {
        // What cannot be read ignores nothing.
        let _ = file.read_to_string(&mut status);
    }
    ignored(&status).is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}

fn ignored(status: &str) -> Option<u64> {
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::ignored;

    #[test]
    fn the_mask_is_read_from_what_the_system_tells() {
        let status = "Name:\twharf\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored(status), Some(0x1001));
        assert_eq!(ignored("Name:\twharf\n"), None);
    }
}
