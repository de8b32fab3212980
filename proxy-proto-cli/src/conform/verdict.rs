//! From what a receiver did to what that means.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::{
    case::Delivery,
    observation::Reaction,
    observer::Shown,
    vector::{Client, Expected, Strength},
};

/// How a receiver did in a case, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) grade: Grade,
    pub(crate) reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Grade {
    /// It did what the specification requires or recommends.
    Pass,
    /// It did what the specification forbids.
    Fail,
    /// It accepts what the specification recommends or permits refusing.
    Lenient,
    /// It refuses what the specification recommends or permits accepting.
    Strict,
    /// What it did does not show whether it conforms.
    NotChecked,
}

/// What a verdict is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) expected: Expected,
    pub(crate) strength: Strength,
    pub(crate) delivery: Delivery,
    /// Whether nothing at all is sent.
    pub(crate) is_silent: bool,
    /// The client sends something that the service may refuse although it accepted the header.
    pub(crate) is_odd_request: bool,
    /// The case that the receiver must have served for its refusal to mean anything, if it did not.
    pub(crate) unserved: Option<&'a str>,
    /// This end of the connection.
    pub(crate) own: SocketAddr,
    /// What was sent before the request.
    pub(crate) bytes: &'a [u8],
}

/// An abort within this time after the last byte is one "as soon as possible" (§2.1).
pub(crate) const PROMPT: Duration = Duration::from_secs(1);
/// "At least 3 seconds" for the header (§2), less what clocks may differ by.
const PATIENT: Duration = Duration::from_millis(2900);

impl Grade {
    /// All of them, in the order of reports.
    pub(crate) const ALL: [Self; 5] = [
        Self::Pass,
        Self::Fail,
        Self::Lenient,
        Self::Strict,
        Self::NotChecked,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Lenient => "lenient",
            Self::Strict => "strict",
            Self::NotChecked => "not checked",
        }
    }
}

impl Question<'_> {
    pub(crate) fn verdict(&self, reaction: Reaction) -> Verdict {
        let (grade, reason) = match (self.expected, reaction) {
            (Expected::Serve(client), Reaction::Served(shown)) => self.served(client, shown),
            (Expected::Serve(_), _) => self.not_served(reaction),
            (Expected::Refuse, Reaction::Served(shown)) => self.served_invalid(shown),
            (Expected::Refuse, Reaction::Refused { after, .. }) => self.refused(after),
            (Expected::Refuse, Reaction::Open) => (Grade::NotChecked, OPEN.to_owned()),
            (Expected::Refuse | Expected::Wait, Reaction::Answered) => {
                (Grade::NotChecked, ANSWERED.to_owned())
            }
            (Expected::Wait, Reaction::Served(_)) => (
                Grade::Fail,
                "served before the header was complete".to_owned(),
            ),
            (Expected::Wait, Reaction::Refused { at, .. }) => self.gave_up_waiting(at),
            (Expected::Wait, Reaction::Open) => (Grade::Pass, "waits".to_owned()),
        };
        Verdict { grade, reason }
    }

    fn served(&self, client: Client, shown: Option<Shown>) -> (Grade, String) {
        let Some(shown) = shown else {
            let reason = "served, but it does not show for which client";
            return (Grade::NotChecked, reason.to_owned());
        };
        let (is_right, source) = match client {
            Client::Source(source) => (shown.is(source), Some(source)),
            Client::SourceOrPeer(source) => (shown.is(source) || shown.is(self.own), Some(source)),
            Client::Peer => (shown.is(self.own), None),
        };
        if is_right {
            return (Grade::Pass, format!("served for {shown}"));
        }
        let wanted = source.unwrap_or(self.own);
        let grade = match (source, self.strength) {
            // The address may be this end as the receiver sees it, after a translation.
            (None, _) if !self.mentions(shown.ip) => Grade::NotChecked,
            (Some(_), _) | (None, Strength::Must) => Grade::Fail,
            (None, Strength::Should | Strength::May) => Grade::Lenient,
        };
        (grade, format!("served for {shown} instead of {wanted}"))
    }

    /// Whether an address is in what was sent, as text or in binary.
    fn mentions(&self, ip: IpAddr) -> bool {
        let binary = match ip {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        [binary, ip.to_string().into_bytes()].iter().any(|address| {
            self.bytes
                .windows(address.len())
                .any(|bytes| bytes == address)
        })
    }

    fn served_invalid(&self, shown: Option<Shown>) -> (Grade, String) {
        let reason = match shown {
            Some(shown) => format!("served for {shown}"),
            None => "served".to_owned(),
        };
        match self.strength {
            Strength::Must => (Grade::Fail, reason),
            Strength::Should | Strength::May => (Grade::Lenient, reason),
        }
    }

    fn not_served(&self, reaction: Reaction) -> (Grade, String) {
        let reason = match reaction {
            Reaction::Refused { after, .. } if after > PROMPT => {
                format!("closed only after {}", seconds(after))
            }
            Reaction::Refused { .. } => "refused".to_owned(),
            Reaction::Answered => ANSWERED.to_owned(),
            Reaction::Served(_) | Reaction::Open => OPEN.to_owned(),
        };
        if let Some(unserved) = self.unserved {
            return (Grade::NotChecked, format!("{reason}, as is {unserved}"));
        }
        if self.is_odd_request {
            return (
                Grade::NotChecked,
                format!("{reason}, perhaps because of the payload"),
            );
        }
        match (self.strength, self.delivery) {
            (Strength::Must, Delivery::Whole) => (Grade::Fail, reason),
            // A receiver may drop a connection whose header arrives in parts (§2).
            _ => (Grade::Strict, reason),
        }
    }

    fn refused(&self, after: Duration) -> (Grade, String) {
        if let Some(unserved) = self.unserved {
            return (Grade::NotChecked, format!("refused, as is {unserved}"));
        }
        if after > PROMPT && self.strength != Strength::May {
            let reason = format!("closed only after {}", seconds(after));
            return (Grade::Lenient, reason);
        }
        (Grade::Pass, "refused".to_owned())
    }

    fn gave_up_waiting(&self, at: Duration) -> (Grade, String) {
        let reason = format!("closed after {}", seconds(at));
        if self.is_silent && at < PATIENT {
            return (Grade::Strict, reason);
        }
        (Grade::Pass, reason)
    }
}

const OPEN: &str = "neither served nor closed before this end gave up";
const ANSWERED: &str = "answered, but neither as if served nor as if refused";

/// With one digit after the decimal point.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Grade, Question};
    use crate::conform::{
        case::Delivery,
        observation::Reaction,
        observer::Shown,
        vector::{Client, Expected, Strength},
    };

    const OWN: &str = "127.0.0.1:40000";
    const SOURCE: &str = "192.0.2.1:56324";

    fn question(expected: Expected, strength: Strength) -> Question<'static> {
        Question {
            expected,
            strength,
            delivery: Delivery::Whole,
            is_silent: false,
            is_odd_request: false,
            unserved: None,
            own: OWN.parse().unwrap(),
            bytes: b"PROXY UNKNOWN 192.0.2.1 \xc0\x00\x02\x02\r\n",
        }
    }

    fn source() -> Client {
        Client::Source(SOURCE.parse().unwrap())
    }

    fn served(ip: &str, port: Option<u16>) -> Reaction {
        let ip = ip.parse().unwrap();
        Reaction::Served(Some(Shown { ip, port }))
    }

    fn refused(after: f64) -> Reaction {
        let after = Duration::from_secs_f64(after);
        let at = after;
        Reaction::Refused { after, at }
    }

    fn grade(question: &Question<'_>, reaction: Reaction) -> Grade {
        question.verdict(reaction).grade
    }

    #[test]
    fn a_valid_header_must_be_served_for_its_source() {
        let must = question(Expected::Serve(source()), Strength::Must);
        assert_eq!(grade(&must, served("192.0.2.1", Some(56324))), Grade::Pass);
        assert_eq!(grade(&must, served("192.0.2.1", None)), Grade::Pass);
        assert_eq!(grade(&must, served("192.0.2.1", Some(1))), Grade::Fail);
        assert_eq!(grade(&must, served("127.0.0.1", None)), Grade::Fail);
        assert_eq!(grade(&must, refused(0.0)), Grade::Fail);
        assert_eq!(grade(&must, Reaction::Open), Grade::Fail);
        assert_eq!(grade(&must, Reaction::Answered), Grade::Fail);
    }

    #[test]
    fn a_client_that_is_not_shown_is_not_checked() {
        let must = question(Expected::Serve(source()), Strength::Must);
        assert_eq!(grade(&must, Reaction::Served(None)), Grade::NotChecked);
    }

    #[test]
    fn refusing_what_may_be_refused_is_strict() {
        for strength in [Strength::Should, Strength::May] {
            let question = question(Expected::Serve(source()), strength);
            assert_eq!(grade(&question, refused(0.0)), Grade::Strict);
            assert_eq!(grade(&question, served("127.0.0.1", None)), Grade::Fail);
        }
    }

    #[test]
    fn a_header_in_parts_may_be_refused_but_not_misread() {
        let split = Question {
            delivery: Delivery::Split,
            ..question(Expected::Serve(source()), Strength::Must)
        };
        assert_eq!(grade(&split, refused(0.0)), Grade::Strict);
        assert_eq!(grade(&split, served("127.0.0.1", None)), Grade::Fail);
    }

    #[test]
    fn without_a_source_the_peer_is_the_client() {
        let must = question(Expected::Serve(Client::Peer), Strength::Must);
        assert_eq!(grade(&must, served("127.0.0.1", Some(40000))), Grade::Pass);
        assert_eq!(grade(&must, served("192.0.2.1", None)), Grade::Fail);
        assert_eq!(grade(&must, served("192.0.2.2", None)), Grade::Fail);
        let may = question(Expected::Serve(Client::Peer), Strength::May);
        assert_eq!(grade(&may, served("192.0.2.1", None)), Grade::Lenient);
    }

    #[test]
    fn an_address_from_elsewhere_may_be_the_peer_after_a_translation() {
        let must = question(Expected::Serve(Client::Peer), Strength::Must);
        assert_eq!(grade(&must, served("192.0.2.9", None)), Grade::NotChecked);
    }

    #[test]
    fn a_protocol_that_is_not_implemented_may_be_unspec() {
        let client = Client::SourceOrPeer(SOURCE.parse().unwrap());
        let may = question(Expected::Serve(client), Strength::May);
        assert_eq!(grade(&may, served("192.0.2.1", Some(56324))), Grade::Pass);
        assert_eq!(grade(&may, served("127.0.0.1", Some(40000))), Grade::Pass);
        assert_eq!(grade(&may, served("192.0.2.9", None)), Grade::Fail);
        assert_eq!(grade(&may, refused(0.0)), Grade::Strict);
    }

    #[test]
    fn an_invalid_header_must_be_refused_soon() {
        let must = question(Expected::Refuse, Strength::Must);
        assert_eq!(grade(&must, refused(0.1)), Grade::Pass);
        assert_eq!(grade(&must, refused(3.0)), Grade::Lenient);
        assert_eq!(grade(&must, served("192.0.2.1", None)), Grade::Fail);
        assert_eq!(grade(&must, Reaction::Served(None)), Grade::Fail);
        assert_eq!(grade(&must, Reaction::Open), Grade::NotChecked);
        assert_eq!(grade(&must, Reaction::Answered), Grade::NotChecked);
    }

    #[test]
    fn serving_what_should_be_refused_is_lenient() {
        for strength in [Strength::Should, Strength::May] {
            let question = question(Expected::Refuse, strength);
            assert_eq!(grade(&question, Reaction::Served(None)), Grade::Lenient);
        }
    }

    #[test]
    fn a_refusal_that_looks_like_any_other_is_not_checked() {
        for expected in [Expected::Refuse, Expected::Serve(source())] {
            let question = Question {
                unserved: Some("v1-tcp4"),
                ..question(expected, Strength::Must)
            };
            let verdict = question.verdict(refused(0.0));
            assert_eq!(verdict.grade, Grade::NotChecked);
            assert_eq!(verdict.reason, "refused, as is v1-tcp4");
        }
    }

    #[test]
    fn a_refusal_of_an_odd_request_is_not_checked() {
        let odd = Question {
            is_odd_request: true,
            ..question(Expected::Serve(source()), Strength::Must)
        };
        assert_eq!(grade(&odd, refused(0.0)), Grade::NotChecked);
        assert_eq!(grade(&odd, served("192.0.2.1", None)), Grade::Pass);
        assert_eq!(grade(&odd, served("2001:db8::1", None)), Grade::Fail);
    }

    #[test]
    fn nothing_is_served_before_the_header_is_complete() {
        let must = question(Expected::Wait, Strength::Must);
        assert_eq!(grade(&must, Reaction::Served(None)), Grade::Fail);
        assert_eq!(grade(&must, refused(0.0)), Grade::Pass);
        assert_eq!(grade(&must, refused(3.0)), Grade::Pass);
        assert_eq!(grade(&must, Reaction::Open), Grade::Pass);
        assert_eq!(grade(&must, Reaction::Answered), Grade::NotChecked);
    }

    #[test]
    fn a_silent_client_has_three_seconds() {
        let silent = Question {
            is_silent: true,
            ..question(Expected::Wait, Strength::Must)
        };
        assert_eq!(grade(&silent, refused(2.0)), Grade::Strict);
        assert_eq!(grade(&silent, refused(3.0)), Grade::Pass);
    }
}
