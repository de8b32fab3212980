//! The upper-layer protocol. Spec: §2.2.1.

use core::iter::FusedIterator;

/// The value of an ALPN TLV: "a byte sequence defining the upper layer protocol".
///
/// HAProxy and hitch send the one protocol that was agreed on, such as `h2`. The spec also has
/// senders copy the whole TLS extension, which is a list of names. Spec: §2.2.1; RFC 7301, §3.1.
///
/// # Examples
///
/// ```
/// use proxy_proto::Alpn;
///
/// let agreed = Alpn::new(b"h2");
/// assert_eq!(agreed.as_bytes(), b"h2");
/// assert!(agreed.protocols().is_none());
///
/// let copied = Alpn::new(b"\x00\x0c\x02h2\x08http/1.1");
/// let names: Vec<_> = copied.protocols().unwrap().collect();
/// assert_eq!(names, [&b"h2"[..], b"http/1.1"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Alpn<'a> {
    value: &'a [u8],
}

/// The names of a TLS protocol name list, each 1 to 255 bytes: see [`Alpn::protocols`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlpnProtocols<'a> {
    rest: &'a [u8],
}

impl<'a> Alpn<'a> {
    /// The value of an ALPN TLV.
    #[must_use]
    pub const fn new(value: &'a [u8]) -> Self {
        Self { value }
    }

    /// The value exactly as sent.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.value
    }

    /// The names in it, if it is a TLS protocol name list from the first byte to the last: preceded
    /// by the two bytes of its length, as in the extension, or without them, as TLS libraries
    /// return it. `None` for a single protocol, which is not framed.
    #[must_use]
    pub fn protocols(&self) -> Option<AlpnProtocols<'a>> {
        let framed = self.value.split_first_chunk().and_then(|(&len, list)| {
            (usize::from(u16::from_be_bytes(len)) == list.len()).then_some(list)
        });
        [framed, Some(self.value)]
            .into_iter()
            .flatten()
            .find_map(AlpnProtocols::new)
    }
}

impl<'a> AlpnProtocols<'a> {
    fn new(list: &'a [u8]) -> Option<Self> {
        let mut unchecked = Self { rest: list };
        while unchecked.next().is_some() {}
        (unchecked.rest.is_empty() && !list.is_empty()).then_some(Self { rest: list })
    }
}

impl<'a> Iterator for AlpnProtocols<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let (&len, rest) = self.rest.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(len))?;
        if name.is_empty() {
            return None;
        }
        self.rest = rest;
        Some(name)
    }
}

impl FusedIterator for AlpnProtocols<'_> {}
