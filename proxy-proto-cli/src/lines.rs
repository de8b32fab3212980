//! Standard input line by line, with one line of output for each.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use crate::failure;

/// Maximum length of a line in bytes, line end included: several times that of the JSON for the
/// largest header.
const LINE_MAX_LEN: u64 = 16 << 20;

/// Prints the answer to each line, in order. If a line is too long, `answer` is passed the reason
/// instead.
///
/// Output is flushed before each wait for input, so that a program can converse with this one.
pub(crate) fn answer_each<T: AsRef<[u8]>>(
    answer: impl Fn(Result<&[u8], String>) -> io::Result<T>,
) -> io::Result<()> {
    failure::note_terminal_input("lines");
    let mut input = BufReader::new(io::stdin().lock());
    let mut out = BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    loop {
        if input.buffer().is_empty() {
            out.flush()?;
        }
        line.clear();
        let mut limited = input.by_ref().take(LINE_MAX_LEN);
        if limited.read_until(b'\n', &mut line)? == 0 {
            return out.flush();
        }
        let is_full = limited.limit() == 0;
        let answered = match line.strip_suffix(b"\n") {
            Some(line) => answer(Ok(line.strip_suffix(b"\r").unwrap_or(line))),
            None if is_full => {
                input.skip_until(b'\n')?;
                answer(Err(format!("a line of more than {LINE_MAX_LEN} bytes")))
            }
            None => answer(Ok(&line)),
        };
        out.write_all(answered?.as_ref())?;
        out.write_all(b"\n")?;
    }
}
