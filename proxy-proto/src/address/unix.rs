//! The addresses of UNIX sockets.

use core::fmt;

use crate::error::EncodeError;

/// The address of a UNIX socket as the header carries it: 108 bytes, kept as they are.
///
/// Displayed as `unix:` and the name, escaped so that no byte of it can forge a log line. An abstract
/// name follows an `@`, so a path that starts with one is shown as `unix:\x40`: no two names look
/// alike. Spec: §2.2, `unix_addr`.
///
/// # Examples
///
/// ```
/// use proxy_proto::{UnixAddress, UnixName};
///
/// let mut field = [0; UnixAddress::LEN];
/// field[..9].copy_from_slice(b"/run/sock");
/// let address = UnixAddress::new(&field);
/// assert_eq!(address.name(), UnixName::Path(b"/run/sock"));
/// assert_eq!(address.to_string(), "unix:/run/sock");
/// assert_eq!(UnixAddress::UNNAMED.name(), UnixName::Unnamed);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnixAddress<'a> {
    field: &'a [u8; FIELD_LEN],
}

/// What the 108 bytes of a [`UnixAddress`] mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "unix(7) knows these three")]
pub enum UnixName<'a> {
    /// A path in the file system: up to the first NUL, or all 108 bytes.
    Path(&'a [u8]),
    /// A Linux abstract name: what follows the first NUL, without the NULs that fill the field.
    Abstract(&'a [u8]),
    /// All NUL: a socket without a name, as most clients have.
    Unnamed,
}

impl<'a> UnixAddress<'a> {
    /// Length of the field in the header, in bytes. Spec: §2.2.
    pub const LEN: usize = FIELD_LEN;

    /// The address of a socket without a name, as most clients of a UNIX socket have.
    pub const UNNAMED: UnixAddress<'static> = UnixAddress {
        field: &[0; FIELD_LEN],
    };

    /// The address in these bytes of a header.
    #[must_use]
    pub const fn new(field: &'a [u8; FIELD_LEN]) -> Self {
        Self { field }
    }

    /// Encodes a name as the 108-byte field of an address.
    ///
    /// # Errors
    ///
    /// [`EncodeError::UnixName`] for a path that is empty, over 108 bytes or has a NUL in it, and for an
    /// abstract name that is empty, over 107 bytes or ends in NUL, which the field cannot show.
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{UnixAddress, UnixName};
    ///
    /// let field = UnixAddress::field(UnixName::Abstract(b"imap"))?;
    /// assert_eq!(UnixAddress::new(&field).to_string(), "unix:@imap");
    /// # Ok::<(), proxy_proto::EncodeError>(())
    /// ```
    pub fn field(name: UnixName<'_>) -> Result<[u8; FIELD_LEN], EncodeError> {
        let mut field = [0; FIELD_LEN];
        let [first, rest @ ..] = &mut field;
        match name {
            UnixName::Unnamed => {}
            UnixName::Abstract(name) => {
                let (limit, found) = (rest.len(), name.len());
                let place = rest
                    .get_mut(..found)
                    .filter(|_| !matches!(name, [] | [.., 0]));
                place
                    .ok_or(EncodeError::UnixName { limit, found })?
                    .copy_from_slice(name);
            }
            UnixName::Path(path) => {
                let (limit, found) = (FIELD_LEN, path.len());
                let (&path_first, path_rest) = path
                    .split_first()
                    .ok_or(EncodeError::UnixName { limit, found })?;
                let place = rest
                    .get_mut(..path_rest.len())
                    .filter(|_| !path.contains(&0));
                place
                    .ok_or(EncodeError::UnixName { limit, found })?
                    .copy_from_slice(path_rest);
                *first = path_first;
            }
        }
        Ok(field)
    }

    /// What the bytes mean: a path, an abstract name, or no name.
    #[must_use]
    pub fn name(&self) -> UnixName<'a> {
        match self.field.split_first() {
            Some((0, rest)) => {
                let filled = rest.iter().rposition(|&byte| byte != 0);
                filled
                    .and_then(|last| rest.get(..=last))
                    .map_or(UnixName::Unnamed, UnixName::Abstract)
            }
            _ => UnixName::Path(
                self.field
                    .split(|&byte| byte == 0)
                    .next()
                    .unwrap_or_default(),
            ),
        }
    }

    /// The exact bytes of the field.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8; FIELD_LEN] {
        self.field
    }
}

impl fmt::Debug for UnixAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnixAddress({self})")
    }
}

impl fmt::Display for UnixAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            UnixName::Path([b'@', path @ ..]) => write!(f, "unix:\\x40{}", path.escape_ascii()),
            UnixName::Path(path) => write!(f, "unix:{}", path.escape_ascii()),
            UnixName::Abstract(name) => write!(f, "unix:@{}", name.escape_ascii()),
            UnixName::Unnamed => f.write_str("unix:"),
        }
    }
}

/// `sizeof(sun_path)`; the spec fixes it for every system.
const FIELD_LEN: usize = 108;
