//! DOVECOT.md: its tables are compared with what was measured.

use std::fs;

/// The page in the repository.
pub(super) struct Page(String);

/// A line of a table as measured: what it is about, what Dovecot does, and what login-server does.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) subject: Vec<String>,
    pub(super) outcomes: [String; 2],
}

impl Page {
    pub(super) fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/DOVECOT.md");
        Self(fs::read_to_string(path).unwrap())
    }

    /// The table under this heading must have these lines, each with a reason in its last column if
    /// one is required, and without one if both servers do the same.
    ///
    /// Otherwise it returns how they differ.
    pub(super) fn compare(
        &self,
        heading: &str,
        lines: &[Line],
        requires: fn(&[String; 2]) -> bool,
    ) -> Result<(), String> {
        let kept = self.table(heading);
        let mut measured = String::new();
        let mut unexplained = Vec::new();
        for line in lines {
            let cells = [&line.subject[..], &line.outcomes].concat();
            let same = kept.iter().find(|row| row.starts_with(&line.subject));
            let reason = same.and_then(|row| row.last()).map_or("", String::as_str);
            let [dovecot, login_server] = &line.outcomes;
            if requires(&line.outcomes) && reason.is_empty()
                || dovecot == login_server && !reason.is_empty()
            {
                unexplained.push(&line.subject);
            }
            measured += &format!("| {} | {reason} |\n", cells.join(" | "));
        }
        let kept: String = kept
            .iter()
            .map(|row| format!("| {} |\n", row.join(" | ")))
            .collect();
        if kept != measured {
            return Err(format!(
                "{heading}: measured is\n\n{measured}\nnot\n\n{kept}"
            ));
        }
        if !unexplained.is_empty() {
            return Err(format!(
                "{heading}: a reason is missing, or there is nothing to explain: {unexplained:?}"
            ));
        }
        Ok(())
    }

    /// The first block of code in this language.
    pub(super) fn code(&self, language: &str) -> &str {
        let (_, block) = self.0.split_once(&format!("```{language}\n")).unwrap();
        block.split_once("```").unwrap().0
    }

    /// The cells of the first table after this heading, without its head.
    fn table(&self, heading: &str) -> Vec<Vec<String>> {
        let heading = format!("## {heading}\n");
        let (_, section) = self.0.split_once(&heading).expect(&heading);
        let lines = section.lines().skip_while(|line| !line.starts_with('|'));
        let rows = lines.take_while(|line| line.starts_with('|')).skip(2);
        let cells = |row: &str| -> Vec<String> {
            let row = row.trim_start_matches('|').trim_end_matches('|');
            row.split('|').map(|cell| cell.trim().to_owned()).collect()
        };
        rows.map(cells).collect()
    }
}

/// Log lines as a cell.
pub(super) fn code(lines: &[String]) -> String {
    if lines.is_empty() {
        return NOTHING.to_owned();
    }
    // Dovecot opens quotes with a backtick.
    let code = lines.iter().map(|line| match line.contains('`') {
        true => format!("`` {line} ``"),
        false => format!("`{line}`"),
    });
    code.collect::<Vec<_>>().join("<br>")
}

/// The cell of an empty log.
pub(super) const NOTHING: &str = "nothing";
