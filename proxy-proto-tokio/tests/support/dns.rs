//! Queries, and what the DNS service answers.

use std::net::{Ipv4Addr, Ipv6Addr};

use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, Question, TYPE, rdata::RData};

const ID: u16 = 0x1234;

/// A query for a record of this type.
pub(crate) fn query(record: TYPE) -> Vec<u8> {
    let name = Name::new("whoami.example").unwrap();
    let question = Question::new(name, QTYPE::TYPE(record), CLASS::IN.into(), false);
    let mut query = Packet::new_query(ID);
    query.questions.push(question);
    query.build_bytes_vec().unwrap()
}

/// A response to a query.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) truncated: bool,
    /// The addresses and strings in all records.
    pub(crate) data: Vec<String>,
}

impl Answer {
    pub(crate) fn of(response: &[u8]) -> Self {
        let response = Packet::parse(response).unwrap();
        assert_eq!(response.id(), ID);
        assert!(response.has_flags(PacketFlag::RESPONSE));
        Self {
            truncated: response.has_flags(PacketFlag::TRUNCATION),
            data: (response.answers.into_iter())
                .flat_map(|record| strings(record.rdata))
                .collect(),
        }
    }
}

fn strings(data: RData<'_>) -> Vec<String> {
    match data {
        RData::A(ip) => vec![Ipv4Addr::from(ip).to_string()],
        RData::AAAA(ip) => vec![Ipv6Addr::from(ip).to_string()],
        RData::TXT(text) => (text.iter_raw())
            .map(|(name, value)| {
                let [name, value] = [name, value.unwrap()].map(String::from_utf8_lossy);
                format!("{name}={value}")
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}
