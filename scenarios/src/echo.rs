//! The echo services, which all have the same options and the same output.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::{IpAddr, Shutdown, SocketAddr, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
};

use rustix::process::{Pid, Signal, kill_process};
use socket2::{Domain, Socket, Type};

/// An echo service that was started, and is ended with its handle.
pub(crate) struct Echo {
    process: Child,
    output: BufReader<ChildStdout>,
    plain: SocketAddr,
    proxy: SocketAddr,
}

impl Echo {
    /// Starts the example of this package. Cargo runs it, so that it is never out of date.
    fn start(package: &str, options: &[&str]) -> Self {
        Self::start_built(&["--profile", "dev"], package, options)
    }

    /// The same, as it would be deployed.
    pub(crate) fn start_optimized(package: &str, options: &[&str]) -> Self {
        Self::start_built(&["--profile", "optimized-test"], package, options)
    }

    fn start_built(profile: &[&str], package: &str, options: &[&str]) -> Self {
        let mut process = Command::new(env::var_os("CARGO").expect("run by Cargo"))
            .args(["run", "-q", "-p", package, "--example", "echo"])
            .args(profile)
            .arg("--")
            .args(["--plain", "127.0.0.1:0", "--proxy", "127.0.0.1:0"])
            .args(["--trust", "127.0.0.2 127.0.0.4"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let [plain, proxy] = ["listening plain ", "listening proxy "].map(|start| {
            let mut line = String::new();
            output.read_line(&mut line).unwrap();
            let address = line.trim_end().strip_prefix(start);
            address
                .unwrap_or_else(|| panic!("{line:?}"))
                .parse()
                .unwrap()
        });
        Self {
            process,
            output,
            plain,
            proxy,
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Where balancers connect.
    pub(crate) const fn proxy(&self) -> SocketAddr {
        self.proxy
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Asserts that SIGTERM ends it cleanly.
    pub(crate) fn end(mut self) {
        kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        // It has ended unless an assertion failed.
        if matches!(self.process.try_wait(), Ok(None)) {
            drop(self.process.kill());
            drop(self.process.wait());
        }
    }
}

/// Sends this from `source`, and returns the client's own address and everything received.
fn talk(source: &str, server: SocketAddr, sent: &[u8]) -> (SocketAddr, String) {
    let mut client = connect(source, server);
    let own = client.local_addr().unwrap();
    client.write_all(sent).unwrap();
    // A refused client may be closed before it has sent everything.
    drop(client.shutdown(Shutdown::Write));
    let mut received = Vec::new();
    drop(client.read_to_end(&mut received));
    (own, String::from_utf8(received).unwrap())
}

pub(crate) fn connect(source: &str, server: SocketAddr) -> TcpStream {
    let source: IpAddr = source.parse().unwrap();
    let socket = Socket::new(Domain::for_address(server), Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(source, 0).into()).unwrap();
    socket.connect(&server.into()).unwrap();
    socket.into()
}

pub(crate) const TCP4: &str = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
pub(crate) const GREETING: &str = "client=192.0.2.1:56324 server=198.51.100.7:143";

/// Runs the echo service of this package, and checks everything that its options promise.
pub fn test_echo(package: &str) {
    serves_plain_and_proxied_clients(package);
    modes_and_timeout_are_options(package);
    more_than_the_buffers_hold_is_echoed(package);
    output_that_nobody_reads_holds_up_nothing(package);
}

fn serves_plain_and_proxied_clients(package: &str) {
    let mut echo = Echo::start(package, &[]);
    let (plain, proxy) = (echo.plain, echo.proxy);

    let (client, received) = talk("127.0.0.9", plain, b"hello");
    assert_eq!(
        received,
        format!("client={client} server={plain} peer={client}\r\nhello")
    );
    assert_eq!(
        echo.line(),
        format!("accepted client={client} server={plain} peer={client} listener=plain")
    );

    // A silent client does not hold up the others.
    let silent = connect("127.0.0.2", proxy);
    let (peer, received) = talk("127.0.0.2", proxy, format!("{TCP4}hello").as_bytes());
    assert_eq!(received, format!("{GREETING} peer={peer}\r\nhello"));
    assert_eq!(
        echo.line(),
        format!("accepted {GREETING} peer={peer} listener=proxy")
    );

    let own = silent.local_addr().unwrap();
    drop(silent);
    assert_eq!(
        echo.line(),
        format!(
            "refused reason=closed_before_header peer={own} error=\"closed before any byte of a header\""
        )
    );
    let (peer, received) = talk("127.0.0.9", proxy, TCP4.as_bytes());
    assert_eq!(received, "");
    assert_eq!(
        echo.line(),
        format!("refused reason=not_trusted peer={peer} error=\"not trusted\"")
    );
    let (peer, received) = talk("127.0.0.2", proxy, b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(received, "");
    let line = echo.line();
    let start =
        format!("refused reason=invalid_header peer={peer} error=\"invalid header: no PROXY");
    assert!(line.starts_with(&start), "{line}");
    echo.end();
}

fn modes_and_timeout_are_options(package: &str) {
    let mut echo = Echo::start(
        package,
        &["--mode", "by-source", "--timeout", "0.2", "--limit", "1"],
    );
    let proxy = echo.proxy;
    let (client, received) = talk("127.0.0.9", proxy, TCP4.as_bytes());
    assert_eq!(
        received,
        format!("client={client} server={proxy} peer={client}\r\n{TCP4}")
    );
    assert_eq!(
        echo.line(),
        format!("accepted client={client} server={proxy} peer={client} listener=proxy")
    );
    let silent = connect("127.0.0.2", proxy);
    let peer = silent.local_addr().unwrap();
    assert_eq!(
        echo.line(),
        format!(
            "refused reason=timed_out peer={peer} error=\"no complete header within 0.2 s: 0 bytes received\""
        )
    );
    echo.end();
}

/// After a header that arrives in two parts, on a port where it is optional.
fn more_than_the_buffers_hold_is_echoed(package: &str) {
    const LEN: usize = 16 << 20;
    let echo = Echo::start(package, &["--mode", "optional"]);
    let payload: Vec<u8> = (0..=250).cycle().take(LEN).collect();
    let mut client = connect("127.0.0.2", echo.proxy);
    let mut sender = client.try_clone().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            sender.write_all(&TCP4.as_bytes()[..3]).unwrap();
            sender.write_all(&TCP4.as_bytes()[3..]).unwrap();
            sender.write_all(&payload).unwrap();
            sender.shutdown(Shutdown::Write).unwrap();
        });
        let mut received = Vec::new();
        client.read_to_end(&mut received).unwrap();
        assert!(received.starts_with(GREETING.as_bytes()));
        assert!(received.ends_with(&payload));
    });
    echo.end();
}

/// More lines than the pipe and the queue hold: they are dropped, clients are served, and SIGTERM
/// ends the service.
fn output_that_nobody_reads_holds_up_nothing(package: &str) {
    let echo = Echo::start(package, &[]);
    for _ in 0..3000 {
        let (_, received) = talk("127.0.0.9", echo.proxy, b"");
        assert_eq!(received, "");
    }
    let (peer, received) = talk("127.0.0.2", echo.proxy, TCP4.as_bytes());
    assert_eq!(received, format!("{GREETING} peer={peer}\r\n"));
    echo.end();
}
