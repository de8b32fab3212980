//! Help, the man page and the completions.

use crate::support::{assert_ascii, run};

const COMMANDS: [&str; 6] = ["decode", "encode", "send", "probe", "listen", "conform"];

#[test]
fn every_command_has_examples_in_its_help() {
    let help = run(&["--help"], "");
    assert_eq!(help.status, 0);
    for command in COMMANDS {
        assert!(
            help.text().contains(&format!("\n  {command} ")),
            "{}",
            help.text()
        );
        let help = run(&[command, "--help"], "");
        assert_eq!(help.status, 0);
        let example = format!("\n  proxy-proto {command} ");
        let has_example = help.text().split("Examples:").nth(1).is_some_and(|it| {
            it.contains(&example) || it.contains(&format!("| proxy-proto {command} "))
        });
        assert!(has_example, "{}", help.text());
        assert!(help.text().contains("Exit status"), "{}", help.text());
    }
}

#[test]
fn there_are_man_pages_and_completions() {
    let page = run(&["man"], "");
    assert_eq!(page.status, 0);
    assert!(page.text().contains(".TH proxy-proto 1"), "{}", page.text());
    for command in COMMANDS {
        let page = run(&["man", command], "");
        assert!(
            page.text()
                .contains(&format!(".TH proxy-proto-{command} 1")),
            "{}",
            page.text()
        );
    }
    assert_eq!(run(&["man", "bogus"], "").status, 64);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let completions = run(&["completions", shell], "");
        assert_eq!(completions.status, 0);
        assert!(completions.text().contains("decode"), "{shell}");
    }
}

#[test]
fn wrong_usage_is_reported_in_ascii() {
    let option = "--\x1b[2J\u{9b}";
    for arguments in [
        &[option][..],
        &["decode", option],
        &["bogus"],
        &[],
        &["send"],
    ] {
        let run = run(arguments, "");
        assert_eq!((run.status, run.text()), (64, ""), "{arguments:?}");
        assert_ascii(run.stderr.as_bytes());
        assert!(run.stderr.contains("Usage: proxy-proto"), "{}", run.stderr);
    }
}
