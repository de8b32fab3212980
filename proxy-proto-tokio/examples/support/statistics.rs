//! HAProxy's statistics: CSV, with the column names in the first line.

/// The value in this column for this server.
pub(crate) fn field<'a>(statistics: &'a str, server: &str, column: &str) -> Option<&'a str> {
    let mut rows = statistics.lines().map(|line| line.split(','));
    let place = rows.next()?.position(|name| name == column)?;
    rows.find(|row| row.clone().nth(1) == Some(server))?
        .nth(place)
}
