//! The echo services of the three adapters, as processes.

use core::net::{Ipv6Addr, SocketAddr};
use std::{env, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    net::TcpStream,
    process::{Child, ChildStdout, Command},
    sync::Mutex,
};

use crate::support::within;

/// One of them. It listens on both families, and trusts loopback.
pub(crate) struct Echo {
    pub(crate) package: &'static str,
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    plain: SocketAddr,
    proxy: SocketAddr,
}

const PACKAGES: [&str; 3] = ["proxy-proto", "proxy-proto-tokio", "proxy-proto-mio"];

impl Echo {
    pub(crate) async fn start_all() -> Vec<Self> {
        let mut services = Vec::new();
        for package in PACKAGES {
            services.push(Self::start(package).await);
        }
        services
    }

    /// Cargo becomes the example, which has the same name in all packages.
    async fn start(package: &'static str) -> Self {
        // Cargo puts the package's example where that of another one was, and then runs what is there.
        static STARTING: Mutex<()> = Mutex::const_new(());
        let _alone = STARTING.lock().await;
        let mut cargo = Command::new(env::var_os("CARGO").expect("run by Cargo"));
        // With what Cargo sets for this test, ring would be built again.
        let of_this_test =
            |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in env::vars().filter(|(name, _)| of_this_test(name)) {
            cargo.env_remove(name);
        }
        let mut child = cargo
            .args(["run", "-q", "-p", package, "--example", "echo", "--"])
            .args(["--plain", "127.0.0.1:0", "--proxy", "[::]:0"])
            .args(["--trust", "127.0.0.0/8 ::1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut addresses = Vec::new();
        for start in ["listening plain ", "listening proxy "] {
            // Cargo may have to build it first, so there is no limit here.
            let line = lines.next_line().await.unwrap();
            let line = line.unwrap_or_else(|| panic!("cannot run the example echo of {package}"));
            addresses.push(line.strip_prefix(start).unwrap().parse().unwrap());
        }
        Self {
            package,
            _child: child,
            lines,
            plain: addresses[0],
            proxy: addresses[1],
        }
    }

    /// Where senders connect.
    pub(crate) fn address(&self, is_ipv6: bool) -> SocketAddr {
        let port = self.proxy.port();
        if is_ipv6 {
            (Ipv6Addr::LOCALHOST, port).into()
        } else {
            ([127, 0, 0, 1], port).into()
        }
    }

    /// The next line of its log.
    pub(crate) async fn line(&mut self) -> String {
        let line = within("a line of the echo service", self.lines.next_line()).await;
        line.unwrap().expect("a running service")
    }

    /// Skips what it has logged so far.
    pub(crate) async fn skip(&mut self) {
        let client = TcpStream::connect(self.plain).await.unwrap();
        let own = format!("accepted client={} ", client.local_addr().unwrap());
        while !self.line().await.starts_with(&own) {}
    }
}
