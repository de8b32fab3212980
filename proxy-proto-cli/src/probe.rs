//! `proxy-proto probe`: a health check through a header.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time,
};

use crate::{
    ascii,
    clock::Clock,
    failure::{self, Failure},
    outgoing::{Duplex, Outgoing, Unless, datagram},
    runtime,
    values::{self, Escaped},
};

/// Checks the health of a service that requires a header: an exit status and one line.
///
/// Without options, the header is LOCAL. With --expect, the service is healthy if its answer contains
/// that text. Without, it is healthy if it answers at all, or keeps the connection open for a moment:
/// a service that rejects the header closes it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// What the answer must contain, with the escapes \r, \n, \t, \0, \\ and \xNN.
    #[arg(long, value_name = "TEXT")]
    expect: Option<Escaped>,
    /// What to send after the header, with the same escapes.
    #[arg(long, value_name = "TEXT")]
    send: Option<Escaped>,
    /// Seconds for everything.
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = values::seconds)]
    timeout: Duration,
    /// Seconds that the connection must stay open if no answer is expected.
    #[arg(long, value_name = "SECONDS", default_value = "0.25", value_parser = values::seconds,
        conflicts_with = "expect")]
    settle: Duration,
    /// Accept that the service closes the connection, without resetting it: some do after LOCAL.
    #[arg(long, conflicts_with = "expect")]
    may_close: bool,
    #[command(flatten)]
    outgoing: Outgoing,
}

const EXAMPLES: &str = "\
Examples:
  proxy-proto probe 127.0.0.1:143 --expect '* OK'
  proxy-proto probe 127.0.0.1:8443 --tls --insecure --send 'GET /health HTTP/1.0\\r\\n\\r\\n' --expect ' 200 '
  proxy-proto probe 127.0.0.1:25 --v1 --source 192.0.2.1:56324 --expect 220 --timeout 1
  proxy-proto probe 127.0.0.1:5353 --udp --send query --expect answer

In a pod of Kubernetes (its timeoutSeconds, 1 by default, should be longer than --timeout):
  readinessProbe:
    exec:
      command: [proxy-proto, probe, '127.0.0.1:143', --expect, '* OK', --timeout, '0.9']

Exit status: 0 healthy, 1 not healthy, 64 wrong usage, 74 input or output error.";

/// How much of an answer is searched for the expected text, in bytes.
const ANSWER_MAX_LEN: usize = 64 << 10;

/// The outcome of a check, in words.
enum Health {
    Ok(String),
    Failed(String),
}

impl Arguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        runtime::block_on(async {
            let clock = Clock::start(Some(self.timeout));
            let health = match self.health(&clock).await {
                Ok(health) => health,
                Err(failure) if failure.is_of_the_other_side() => {
                    Health::Failed(failure.in_one_line())
                }
                Err(failure) => return Err(failure),
            };
            let (word, text, status) = match health {
                Health::Ok(text) => ("ok", text, ExitCode::SUCCESS),
                Health::Failed(text) => ("failed", text, failure::NO.into()),
            };
            writeln!(io::stdout(), "{word}: {}", ascii::escaped(&text))?;
            Ok(status)
        })
    }

    async fn health(&self, clock: &Clock) -> Result<Health, Failure> {
        let mut answer = Vec::new();
        let outcome = if self.outgoing.udp {
            let payload = self.send.as_ref().map_or(&[][..], |Escaped(text)| text);
            answer = datagram::exchange(&self.outgoing, Unless::Local, payload, clock).await?;
            let expected = self.expect.as_ref().map_or(&[][..], |Escaped(text)| text);
            Ok(if contains(&answer, expected) {
                End::Answered
            } else {
                End::Full
            })
        } else {
            let mut stream = self.outgoing.open(Unless::Local, clock).await?;
            let checking = self.wait_for_answer(&mut stream, &mut answer);
            clock.within(checking).await.and_then(|outcome| outcome)
        };
        Ok(self.verdict(outcome, &answer, clock))
    }

    /// What the end of the check means.
    fn verdict(&self, outcome: io::Result<End>, answer: &[u8], clock: &Clock) -> Health {
        let target = &self.outgoing.target;
        let spent = format!("{} ms", clock.elapsed().as_millis());
        let seen = match answer {
            [] => "nothing".into(),
            answer => format!("\"{}\"", excerpt(answer)),
        };
        match (outcome, &self.expect) {
            (Ok(End::Answered), _) => Health::Ok(format!("{target} answered {seen} in {spent}")),
            (Ok(End::Settled), _) => Health::Ok(format!(
                "{target} accepted the header in {spent}, and is silent"
            )),
            (Ok(End::Closed), None) if self.may_close => {
                Health::Ok(format!("{target} closed the connection after {spent}"))
            }
            (Ok(End::Closed), None) => Health::Failed(format!(
                "{target} closed the connection without an answer after {spent}"
            )),
            (Ok(End::Closed | End::Full), _) => Health::Failed(format!(
                "{target} answered {seen}, without the expected text, in {spent}"
            )),
            (Err(error), _) => {
                Health::Failed(format!("{target} answered {seen} after {spent}: {error}"))
            }
        }
    }

    async fn wait_for_answer(
        &self,
        stream: &mut Box<dyn Duplex>,
        answer: &mut Vec<u8>,
    ) -> io::Result<End> {
        if let Some(Escaped(text)) = &self.send {
            stream.write_all(text).await?;
            stream.flush().await?;
        }
        let Some(Escaped(expected)) = &self.expect else {
            let reading = time::timeout(self.settle, stream.read_buf(answer));
            return match reading.await {
                Err(_) => Ok(End::Settled),
                Ok(Ok(0)) => Ok(End::Closed),
                Ok(Ok(_)) => Ok(End::Answered),
                Ok(Err(error)) => Err(error),
            };
        };
        while answer.len() < ANSWER_MAX_LEN {
            if contains(answer, expected) {
                return Ok(End::Answered);
            }
            if stream.read_buf(answer).await? == 0 {
                return Ok(End::Closed);
            }
        }
        Ok(End::Full)
    }
}

/// How a check ended.
enum End {
    Answered,
    Settled,
    Closed,
    Full,
}

fn contains(answer: &[u8], expected: &[u8]) -> bool {
    expected.is_empty() || answer.windows(expected.len()).any(|part| part == expected)
}

/// The beginning of the first line.
fn excerpt(answer: &[u8]) -> String {
    const MAX_LEN: usize = 60;
    let line = answer
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = line
        .get(..MAX_LEN)
        .unwrap_or(line)
        .escape_ascii()
        .to_string();
    if line.len() > MAX_LEN || line.len().saturating_add(2) < answer.len() {
        format!("{text}...")
    } else {
        text
    }
}
