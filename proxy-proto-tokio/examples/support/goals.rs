//! Figures with a goal each.

use core::{
    error::Error,
    fmt::{self, Write},
};
use std::process::ExitCode;

/// One figure, and its goal.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) goal: String,
    pub(crate) measured: String,
    pub(crate) is_met: bool,
}

/// The figures as a table.
pub(crate) fn write_table(text: &mut String, rows: &[Row]) -> fmt::Result {
    text.push_str("| | goal | measured | met |\n|---|---|---|---|\n");
    for row in rows {
        let Row {
            what,
            goal,
            measured,
            is_met,
        } = row;
        let met = if *is_met { "yes" } else { "**no**" };
        writeln!(text, "| {what} | {goal} | {measured} | {met} |")?;
    }
    Ok(())
}

/// How a run ends: with an error if it has failed, or if a goal is missed and goals are checked.
pub(crate) fn exit_code(
    program: &str,
    is_met: Result<bool, Box<dyn Error>>,
    check: bool,
) -> ExitCode {
    match is_met {
        Ok(is_met) if is_met || !check => return ExitCode::SUCCESS,
        Ok(_) => eprintln!("{program}: a goal is missed"),
        Err(error) => eprintln!("{program}: {error}"),
    }
    ExitCode::FAILURE
}
