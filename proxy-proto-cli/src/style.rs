//! Colours, for terminals only: `anstream` removes them from any other output.

use anstyle::{AnsiColor, Style};

/// The heading of a connection or a table.
pub(crate) const HEADING: Style = Style::new().bold();
/// Numbers and bytes, next to what they mean.
pub(crate) const DIM: Style = Style::new().dimmed();
/// The name of a field.
pub(crate) const FIELD: Style = AnsiColor::Cyan.on_default();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Neither: more bytes are needed.
pub(crate) const OPEN: Style = AnsiColor::Yellow.on_default();
