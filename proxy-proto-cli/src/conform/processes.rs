//! A process and all that it has started.

use std::process::{Child, Command};

/// Keeps signals of the terminal, such as that of Ctrl-C, from the process that this command starts.
pub(crate) fn isolate(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// Ends a process and, where there is `/proc`, its descendants, by their ids.
///
/// A process group is not enough: Postfix leaves that of the program that starts it.
pub(crate) fn end(child: &mut Child) {
    #[cfg(unix)]
    unix::end(rustix::process::Pid::from_child(child));
    // These fail only if it has ended.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(unix)]
mod unix {
    use std::{
        collections::BTreeMap,
        fs, thread,
        time::{Duration, Instant},
    };

    use rustix::process::{Pid, Signal, kill_process, test_kill_process};

    /// For processes to end after SIGTERM.
    const PATIENCE: Duration = Duration::from_secs(5);
    const INTERVAL: Duration = Duration::from_millis(20);

    /// Those that do not end soon after SIGTERM are killed.
    pub(super) fn end(root: Pid) {
        let mut processes = descendants(root);
        processes.push(root);
        for &process in &processes {
            // This fails only if there is nothing left to end, as does the other call below.
            let _ = kill_process(process, Signal::TERM);
        }
        let started = Instant::now();
        while processes.iter().any(|&process| is_alive(process)) && started.elapsed() < PATIENCE {
            thread::sleep(INTERVAL);
        }
        for process in processes.into_iter().filter(|&process| is_alive(process)) {
            let _ = kill_process(process, Signal::KILL);
        }
    }

    fn descendants(root: Pid) -> Vec<Pid> {
        let mut children: BTreeMap<i32, Vec<Pid>> = BTreeMap::new();
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        for process in names.filter_map(Pid::from_raw) {
            if let Some((parent, _)) = parent_and_state(process) {
                children.entry(parent).or_default().push(process);
            }
        }
        let mut found = Vec::new();
        let mut next = vec![root];
        while let Some(process) = next.pop() {
            let of_process = children.remove(&process.as_raw_nonzero().get());
            let of_process = of_process.unwrap_or_default();
            found.extend(&of_process);
            next.extend(of_process);
        }
        found
    }

    /// Whether it is neither gone nor a zombie, which has ended but not been waited for.
    pub(super) fn is_alive(process: Pid) -> bool {
        test_kill_process(process).is_ok()
            && parent_and_state(process).is_none_or(|(_, state)| state != "Z")
    }

    /// From `PID (NAME) STATE PARENT ...`, where the name may have any characters.
    fn parent_and_state(process: Pid) -> Option<(i32, String)> {
        let stat = fs::read(format!("/proc/{}/stat", process.as_raw_nonzero())).ok()?;
        let stat = String::from_utf8_lossy(&stat).into_owned();
        let (_, fields) = stat.rsplit_once(')')?;
        let mut fields = fields.split_whitespace();
        let state = fields.next()?.to_owned();
        let parent = fields.next()?.parse().ok()?;
        Some((parent, state))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{
        io::{BufRead, BufReader},
        process::{Command, Stdio},
    };

    use rustix::process::Pid;

    use super::{end, unix::is_alive};

    #[test]
    fn a_child_in_another_session_ends_too() {
        let mut shell = Command::new("sh")
            .args(["-c", "setsid sh -c 'echo $$; exec sleep 60' & wait"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(shell.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let child = Pid::from_raw(line.trim().parse().unwrap()).unwrap();
        assert!(is_alive(child));
        end(&mut shell);
        assert!(!is_alive(child));
    }
}
