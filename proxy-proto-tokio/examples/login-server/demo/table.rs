//! The outcomes as a table.

/// One client.
pub(super) struct Row {
    pub(super) client: &'static str,
    pub(super) listener: &'static str,
    pub(super) saw: String,
    pub(super) logged: String,
    pub(super) is_expected: bool,
}

/// Prints the rows under headings, in columns as wide as their widest cell.
pub(super) fn print(rows: &[Row]) {
    let headings = ["CLIENT", "LISTENER", "SAW", "LOGGED"];
    let cells = rows.iter().map(Row::cells);
    let table: Vec<_> = core::iter::once(headings).chain(cells).collect();
    let width = |column: fn(&[&str; 4]) -> usize| table.iter().map(column).max().unwrap_or(0);
    let client_width = width(|[client, ..]| client.len());
    let listener_width = width(|[_, listener, ..]| listener.len());
    let saw_width = width(|[_, _, saw, _]| saw.len());
    for [client, listener, saw, logged] in &table {
        println!("{client:client_width$}  {listener:listener_width$}  {saw:saw_width$}  {logged}");
    }
    for row in rows.iter().filter(|row| !row.is_expected) {
        eprintln!("login-server: unexpected outcome: {}", row.client);
    }
}

impl Row {
    fn cells(&self) -> [&str; 4] {
        let logged = if self.logged.is_empty() {
            "nothing"
        } else {
            &self.logged
        };
        [self.client, self.listener, &self.saw, logged]
    }
}
