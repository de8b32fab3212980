//! IMAP, byte for byte.

use crate::support::{BYE, CONFIG, Client, GREETING, Server};

#[test]
fn every_command_gets_its_reply() {
    let server = Server::start(CONFIG);
    let longest_line = format!("a NOOP{}\r\n", " ".repeat(8192 - "a NOOP\r\n".len()));
    for (sent, replies) in [
        (
            "a NOOP\r\nb noop\r\n",
            "a OK NOOP completed\r\nb OK NOOP completed\r\n",
        ),
        (
            "a CAPABILITY\r\n",
            "* CAPABILITY IMAP4rev1 LITERAL+\r\na OK CAPABILITY completed\r\n",
        ),
        (
            "a LOGIN u p\r\nb LOGIN u p\r\n",
            "a OK Logged in\r\nb BAD Already logged in\r\n",
        ),
        ("a LOGIN \"u \\\"\\\\\" \"\"\r\n", "a OK Logged in\r\n"),
        (
            "a LOGIN {1}\r\nu {0}\r\n\r\n",
            "+ Go ahead\r\n+ Go ahead\r\na OK Logged in\r\n",
        ),
        ("a LOGIN {3+}\r\nu\r\n {1+}\r\np\r\n", "a OK Logged in\r\n"),
        ("a LOGIN {1}\r\nu p\r\n", "+ Go ahead\r\na OK Logged in\r\n"),
        ("a LOGIN u \r\n", "a OK Logged in\r\n"),
        ("a LOGIN u\r\n", "a BAD Space expected\r\n"),
        ("a LOGIN \"u\" p q\r\n", "a BAD Line end expected\r\n"),
        ("a LOGIN \"u p\r\n", "a BAD Unterminated quoted string\r\n"),
        (
            "a LOGIN \"\\u\" p\r\n",
            "a BAD Invalid escape in quoted string\r\n",
        ),
        ("a LOGIN {x}\r\n", "a BAD Literal expected\r\n"),
        (
            "a LOGIN {1} {1}\r\nu p\r\n",
            "+ Go ahead\r\na BAD Literal expected\r\n",
        ),
        (
            "a LOGIN {4097}\r\nb NOOP\r\n",
            "a BAD Literal too long\r\nb OK NOOP completed\r\n",
        ),
        (
            "a LOGIN {99999999999999999999}\r\n",
            "a BAD Literal too long\r\n",
        ),
        ("a LOGIN {4097+}\r\n", "* BYE Command too long\r\n"),
        ("a LIST \"\" *\r\n", "a BAD Unknown command\r\n"),
        ("a NOOP x\r\n", "a BAD Line end expected\r\n"),
        ("a\r\n", "a BAD Space expected\r\n"),
        (
            "\r\n* NOOP\r\n+ NOOP\r\n",
            "* BAD Tag expected\r\n* BAD Tag expected\r\n* BAD Tag expected\r\n",
        ),
        (&longest_line, "a BAD Line end expected\r\n"),
        (&format!(" {longest_line}"), "* BYE Command too long\r\n"),
        (&"x".repeat(100_000), "* BYE Command too long\r\n"),
    ] {
        let has_end = replies.starts_with("* BYE");
        let logout = if has_end { "" } else { "z LOGOUT\r\n" };
        let bye = if has_end { "" } else { BYE };
        let mut whole = Client::connect(server.address("imap"));
        whole.send(format!("{sent}{logout}").as_bytes());
        assert_eq!(
            whole.rest(),
            format!("{GREETING}{replies}{bye}"),
            "{sent:?}"
        );
        if sent.len() <= 100 {
            let mut split = Client::connect(server.address("imap"));
            for byte in format!("{sent}{logout}").as_bytes() {
                split.send(&[*byte]);
            }
            assert_eq!(
                split.rest(),
                format!("{GREETING}{replies}{bye}"),
                "{sent:?}, split"
            );
        }
    }
}
