//! Counters for the outcomes of a listener's connections.

use core::ops::AddAssign;

use crate::{
    connection::ConnectionInfo, error::DecodeErrorKind, header::Version, refusal::Refusal,
};

/// The one table of counters: field, name, and what is counted.
macro_rules! counters {
    ($($(#[$doc:meta])+ $field:ident = $name:literal,)+) => {
        /// How many connections had which outcome since the start.
        ///
        /// Plain numbers, for any metrics library: feed it from [`iter`](Self::iter). The owner records
        /// each connection once, and sums up the counters of several threads with `+=`.
        ///
        /// Names follow those of Envoy's listener filter, where it has one. An accepted connection
        /// is counted under `versions.v1.found`, `versions.v2.found` or `not_found_allowed`, and a
        /// refused one under `refused` and the [name](Refusal::name) of its refusal; any other
        /// failure is an `io_error`. The sum of these is the number of connections. The other
        /// counters divide these further, or count what happened to the listener itself.
        ///
        /// HAProxy's error codes (`fc_err`) distinguish the same reasons:
        ///
        /// | `fc_err` | HAProxy's reason | counted under `proxy_proto.` |
        /// |---|---|---|
        /// | 11 `PRX_EMPTY` | closed, nothing received | `refused.closed_before_header` |
        /// | 12 `PRX_ABORT` | connection error | `refused.closed_before_header` or `refused.closed_in_header` if it was reset, else `io_error` |
        /// | 13 `PRX_TIMEOUT` | timeout | `refused.timed_out` |
        /// | 14 `PRX_TRUNCATED` | incomplete header | `refused.closed_in_header`; a split header is not an error here |
        /// | 15 `PRX_NOT_HDR` | not a header | `not_found_disallowed`; a version other than 2 in a binary header is a `versions.v2.error` here |
        /// | 16 `PRX_BAD_HDR` | invalid header | `versions.v1.error`, `versions.v2.error` |
        /// | 17 `PRX_BAD_PROTO` | unknown protocol in the line | `versions.v1.error` |
        ///
        /// For 15 to 17, [`DecodeErrorKind::name`] is more precise than a counter can be.
        ///
        /// # Examples
        ///
        /// ```
        /// use proxy_proto::{Counters, Refusal};
        ///
        /// let mut counters = Counters::new();
        /// counters.record_refused(&Refusal::NotTrusted);
        /// counters.record_refused(&Refusal::closed(0));
        /// assert_eq!(counters.refused_not_trusted, 1);
        ///
        /// let some: Vec<_> = counters.iter().filter(|(_, value)| *value > 0).collect();
        /// assert_eq!(some, [
        ///     ("proxy_proto.refused.not_trusted", 1),
        ///     ("proxy_proto.refused.closed_before_header", 1),
        /// ]);
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counters {
            $($(#[$doc])+ pub $field: u64,)+
        }

        impl Counters {
            /// All counters at 0.
            #[must_use]
            pub const fn new() -> Self {
                Self { $($field: 0),+ }
            }

            /// Each counter with its name, such as `proxy_proto.versions.v2.found`.
            ///
            /// Stable: the name of an existing counter changes only in a release that breaks
            /// compatibility.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
                [$(($name, self.$field)),+].into_iter()
            }
        }

        impl AddAssign for Counters {
            fn add_assign(&mut self, other: Self) {
                $(self.$field = self.$field.saturating_add(other.$field);)+
            }
        }
    };
}

counters! {
    /// Accepted with a header of version 1.
    v1_found = "proxy_proto.versions.v1.found",
    /// Refused: version 1, which the options do not allow.
    v1_disallowed = "proxy_proto.versions.v1.disallowed",
    /// Refused: an invalid header of version 1.
    v1_error = "proxy_proto.versions.v1.error",
    /// Accepted with a header of version 2.
    v2_found = "proxy_proto.versions.v2.found",
    /// Refused: version 2, which the options do not allow.
    v2_disallowed = "proxy_proto.versions.v2.disallowed",
    /// Refused: an invalid header of version 2.
    v2_error = "proxy_proto.versions.v2.error",
    /// Accepted without a header: direct clients.
    not_found_allowed = "proxy_proto.not_found_allowed",
    /// Refused: the bytes sent are not a header.
    not_found_disallowed = "proxy_proto.not_found_disallowed",
    /// Accepted with a LOCAL header, such as that of a balancer's health check. Spec: §2.2.
    local = "proxy_proto.local",
    /// The socket failed.
    io_error = "proxy_proto.io_error",
    /// Not a connection: accept(2) failed, and will be tried again.
    accept_failed = "proxy_proto.accept_failed",
    /// Not a connection: the listener stopped accepting because all places were taken. See
    /// [`WhenFull::StopAccepting`](crate::WhenFull::StopAccepting).
    accept_stopped = "proxy_proto.accept_stopped",
    /// [`Refusal::NotTrusted`].
    refused_not_trusted = "proxy_proto.refused.not_trusted",
    /// [`Refusal::TimedOut`].
    refused_timed_out = "proxy_proto.refused.timed_out",
    /// [`Refusal::ClosedBeforeHeader`].
    refused_closed_before_header = "proxy_proto.refused.closed_before_header",
    /// [`Refusal::ClosedInHeader`].
    refused_closed_in_header = "proxy_proto.refused.closed_in_header",
    /// [`Refusal::InvalidHeader`].
    refused_invalid_header = "proxy_proto.refused.invalid_header",
    /// [`Refusal::LimitReached`].
    refused_limit_reached = "proxy_proto.refused.limit_reached",
    /// [`Refusal::SourceLimitReached`].
    refused_source_limit_reached = "proxy_proto.refused.source_limit_reached",
}

impl Counters {
    /// Counts the outcome of one connection.
    #[cfg(feature = "std")]
    #[cfg_attr(docsrs, doc(cfg(feature = "std")))]
    pub fn record<S>(&mut self, outcome: &crate::io::Outcome<S>) {
        use crate::io::AcceptErrorKind;

        match outcome {
            Ok((_, info)) => self.record_accepted(info),
            Err(error) => match error.kind() {
                AcceptErrorKind::Refused(refusal) => self.record_refused(refusal),
                AcceptErrorKind::Io(_) => self.record_io_error(),
            },
        }
    }

    /// Counts a connection that was accepted.
    pub fn record_accepted(&mut self, info: &ConnectionInfo) {
        match info.header().map(|header| header.version()) {
            Some(Version::V1) => add_one(&mut self.v1_found),
            Some(Version::V2) => add_one(&mut self.v2_found),
            None => add_one(&mut self.not_found_allowed),
        }
        if info.is_local() {
            add_one(&mut self.local);
        }
    }

    /// Counts a connection that was refused.
    pub fn record_refused(&mut self, refusal: &Refusal) {
        add_one(match refusal {
            Refusal::NotTrusted => &mut self.refused_not_trusted,
            Refusal::TimedOut { .. } => &mut self.refused_timed_out,
            Refusal::ClosedBeforeHeader => &mut self.refused_closed_before_header,
            Refusal::ClosedInHeader { .. } => &mut self.refused_closed_in_header,
            Refusal::InvalidHeader(error) => {
                self.record_invalid(&error.kind);
                &mut self.refused_invalid_header
            }
            Refusal::LimitReached => &mut self.refused_limit_reached,
            Refusal::SourceLimitReached => &mut self.refused_source_limit_reached,
        });
    }

    /// Counts a connection whose socket failed.
    pub fn record_io_error(&mut self) {
        add_one(&mut self.io_error);
    }

    /// Counts an error of accept(2), after which the listener goes on.
    pub fn record_accept_failed(&mut self) {
        add_one(&mut self.accept_failed);
    }

    /// Counts that the listener has stopped accepting because all places are taken.
    pub fn record_accept_stopped(&mut self) {
        add_one(&mut self.accept_stopped);
    }

    fn record_invalid(&mut self, kind: &DecodeErrorKind) {
        add_one(match kind {
            DecodeErrorKind::VersionNotAllowed { found } => match found {
                Version::V1 => &mut self.v1_disallowed,
                Version::V2 => &mut self.v2_disallowed,
            },
            DecodeErrorKind::NoProxyHeader { .. } => &mut self.not_found_disallowed,
            DecodeErrorKind::UnexpectedByte { .. }
            | DecodeErrorKind::LeadingZero { .. }
            | DecodeErrorKind::NumberTooLarge { .. }
            | DecodeErrorKind::LineTooLong => &mut self.v1_error,
            // Only in version 2: the limit is never less than the maximum length of a line of
            // version 1.
            DecodeErrorKind::HeaderTooLong { .. }
            | DecodeErrorKind::Version { .. }
            | DecodeErrorKind::Command { .. }
            | DecodeErrorKind::AddressFamily { .. }
            | DecodeErrorKind::TransportProtocol { .. }
            | DecodeErrorKind::AddressLength { .. }
            | DecodeErrorKind::TlvOverrun { .. }
            | DecodeErrorKind::ChecksumLength { .. }
            | DecodeErrorKind::ChecksumRepeated
            | DecodeErrorKind::ChecksumMismatch { .. } => &mut self.v2_error,
            // Only for datagrams, which may end before their version is known.
            DecodeErrorKind::Truncated { .. } => return,
        });
    }
}

const fn add_one(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
