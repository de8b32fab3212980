//! Figures with a goal each.

use core::fmt::{self, Write};

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
