//! The captures that the core's tests decode: each recording is compared with the one kept under its
//! name, or replaces it.
//!
//! With `RECORD_CAPTURES` set, a recording replaces the kept one if the sender, its version or its
//! configuration is another, or if the header differs in more than what varies from run to run: ports,
//! unique IDs and checksums. So with the same senders the file stays as it is.

use core::fmt::Write as _;
use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, Write as _},
    sync::{Mutex, PoisonError},
};

use proxy_proto_tokio::proxy_proto::{Decoded, decode};
use serde_json::{Value, json};

/// What is recorded of one sender.
pub(crate) struct Captures {
    producer: String,
    /// What all its captures' names start with.
    prefix: String,
    fresh: Vec<Value>,
}

impl Captures {
    pub(crate) fn of(name: &str, producer: String) -> Self {
        Self {
            producer,
            prefix: format!("{}-", name.to_lowercase()),
            fresh: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, id: &str, how: String, bytes: &[u8]) {
        assert!(id.starts_with(&self.prefix), "{id}");
        let want = verdict(bytes);
        let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        self.fresh.push(json!({
            "id": id,
            "producer": self.producer,
            "how": how,
            "header_len": want["consumed"],
            "hex": hex,
            "want": want,
        }));
    }

    /// Compares with the file, or changes it.
    pub(crate) fn finish(self) {
        static FILE: Mutex<()> = Mutex::new(());
        let _alone = FILE.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = fs::read_to_string(PATH).unwrap();
        let kept: Vec<Value> = serde_json::from_str(&kept).unwrap();
        let of_sender = |row: &&Value| text(row, "id").starts_with(&self.prefix);
        let mut differences = Vec::new();
        let mut rows = Vec::new();
        for fresh in self.fresh {
            let same = kept.iter().find(|row| row["id"] == fresh["id"]);
            let found = difference(same, &fresh);
            rows.push(match (&found, same) {
                (None, Some(same)) => same.clone(),
                _ => fresh,
            });
            differences.extend(found);
        }
        for row in kept.iter().filter(of_sender) {
            if !rows.iter().any(|fresh| fresh["id"] == row["id"]) {
                differences.push(Difference::Fault(format!("{}: no such mode", row["id"])));
            }
        }
        let first = kept
            .iter()
            .position(|row| of_sender(&row))
            .unwrap_or(kept.len());
        let mut others = kept.iter().filter(|row| !of_sender(row)).cloned();
        let mut all: Vec<_> = others.by_ref().take(first).collect();
        all.extend(rows);
        all.extend(others);
        if env::var_os("RECORD_CAPTURES").is_some() {
            fs::write(PATH, table(&all)).unwrap();
        } else {
            report(&differences);
        }
    }
}

enum Difference {
    /// Another version: the same text for all its headers that are the same.
    Version(String),
    Fault(String),
}

/// How a recording differs from the kept one.
fn difference(kept: Option<&Value>, fresh: &Value) -> Option<Difference> {
    let id = text(fresh, "id");
    let Some(kept) = kept else {
        return Some(Difference::Fault(format!("{id}: not kept")));
    };
    let producers = [kept, fresh].map(|row| text(row, "producer"));
    let [kept, fresh] = [kept, fresh].map(|row| (text(row, "how"), masked(row)));
    let header = (kept != fresh).then(|| format!("{id}: kept {kept:?}, now {fresh:?}"));
    let [kept, fresh] = producers;
    if kept == fresh {
        return header.map(Difference::Fault);
    }
    let version = format!("captures are of {kept}, this is {fresh}");
    Some(Difference::Version(match header {
        Some(header) => format!("{version}: {header}"),
        None => version,
    }))
}

/// The verdict, without what varies from run to run.
fn masked(row: &Value) -> String {
    let mut want = row["want"].clone();
    if want["version"] == 1 {
        // Ports in decimal.
        want["consumed"].take();
    }
    for name in ["source", "destination"] {
        if let Some((ip, _port)) = want[name].as_str().and_then(|it| it.rsplit_once(':')) {
            want[name] = ip.into();
        }
    }
    for tlv in want["tlvs"].as_array_mut().into_iter().flatten() {
        if tlv["type"] == 3 || tlv["type"] == 5 {
            let len = text(tlv, "value").len() / 2;
            tlv["value"] = format!("{len} bytes").into();
        }
    }
    want.to_string()
}

/// What the crate makes of a capture, in the form of the table.
fn verdict(bytes: &[u8]) -> Value {
    let decoded = decode(bytes);
    let complete = matches!(decoded, Decoded::Complete(_));
    let mut want = serde_json::to_value(decoded).unwrap();
    if !complete {
        return json!({"status": want["status"], "offset": want["offset"]});
    }
    for tlv in want["tlvs"].as_array_mut().unwrap() {
        *tlv = json!({"type": tlv["type"], "value": tlv["value"]});
    }
    want
}

/// Fails if anything differs in the same version. Another version is only reported, with what differs.
fn report(differences: &[Difference]) {
    let (mut faults, mut versions) = (String::new(), BTreeSet::new());
    for difference in differences {
        match difference {
            Difference::Version(text) => _ = versions.insert(text),
            Difference::Fault(text) => writeln!(faults, "{text}").unwrap(),
        }
    }
    for version in versions {
        // `eprintln!` would be shown only if the test fails.
        let line = format!("{version}; {RECORD}\n");
        io::stderr().write_all(line.as_bytes()).unwrap();
    }
    assert!(
        faults.is_empty(),
        "not as in captures.json:\n{faults}{RECORD}"
    );
}

/// As the file is written: a row on a line, with its fields in this order.
fn table(rows: &[Value]) -> String {
    let lines: Vec<_> = rows.iter().map(|row| object(row, &ROW)).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

fn object(value: &Value, keys: &[&str]) -> String {
    let fields = keys.iter().filter_map(|key| {
        let value = match (*key, value.get(key)?) {
            ("want", want) => object(want, &WANT),
            ("tlvs", tlvs) => {
                let tlvs = tlvs.as_array().unwrap().iter();
                let tlvs: Vec<_> = tlvs.map(|tlv| object(tlv, &["type", "value"])).collect();
                format!("[{}]", tlvs.join(", "))
            }
            (_, other) => other.to_string(),
        };
        Some(format!("\"{key}\": {value}"))
    });
    format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap()
}

const PATH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../proxy-proto/tests/suite/data/captures.json"
);

const RECORD: &str = "to record: RECORD_CAPTURES=1 .ci/run interop";

const ROW: [&str; 6] = ["id", "producer", "how", "header_len", "hex", "want"];

const WANT: [&str; 9] = [
    "status",
    "consumed",
    "version",
    "command",
    "transport",
    "source",
    "destination",
    "tlvs",
    "offset",
];
