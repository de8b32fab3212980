//! Whether a contestant is right, which comes before how fast it is.

use core::fmt;

use crate::{
    answer::Answer,
    hex,
    inputs::{Input, Message, Task},
    peers::{Contestant, answer, catch},
    sample::Sample,
};

/// Why a contestant is not timed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// It has no function for that.
    Missing,
    /// It is wrong.
    Wrong {
        /// About these bytes.
        bytes: Vec<u8>,
        /// What it says.
        theirs: String,
        /// What is right.
        right: String,
    },
}

/// Whether the contestant decodes this rightly.
///
/// # Errors
///
/// Why not: the first thing found.
pub fn decoding<C: Contestant>(input: &Input) -> Result<(), Unfit> {
    for message in &input.messages {
        let theirs = answer::<C>(&message.bytes);
        if theirs != message.right {
            return Err(wrong(&message.bytes, &theirs, &message.right));
        }
        match input.task {
            Task::Decode => {}
            Task::Walk(right) => {
                let theirs = catch(|| C::walk(&message.bytes)).flatten();
                let theirs = theirs.ok_or(Unfit::Missing)?;
                if theirs != right {
                    return Err(wrong_debug(&message.bytes, &theirs, &right));
                }
            }
            Task::Verify => verifying::<C>(message)?,
            Task::Feed => feeding::<C>(message)?,
        }
    }
    Ok(())
}

/// Whether the contestant encodes this rightly.
///
/// # Errors
///
/// Why not.
pub fn encoding<C: Contestant>(sample: &Sample) -> Result<(), Unfit> {
    let mut out = [0xA5; OUT_LEN];
    let theirs = catch(|| C::encode(sample, &mut out).map(|bytes| bytes.as_ref().to_vec()));
    match theirs.flatten() {
        None => Err(Unfit::Missing),
        Some(theirs) if theirs == sample.bytes => Ok(()),
        Some(theirs) => Err(Unfit::Wrong {
            bytes: sample.bytes.clone(),
            theirs: format!("`{}`", hex::shown(&theirs)),
            right: "the bytes".into(),
        }),
    }
}

/// The right checksum must be taken and a wrong one found.
fn verifying<C: Contestant>(message: &Message) -> Result<(), Unfit> {
    let mut flawed = message.bytes.clone();
    if let Some(last) = flawed.last_mut() {
        *last ^= 1;
    }
    for (bytes, right) in [(&message.bytes, true), (&flawed, false)] {
        let theirs = catch(|| C::verify(bytes)).flatten();
        let theirs = theirs.ok_or(Unfit::Missing)?;
        if theirs != right {
            return Err(wrong_debug(bytes, &theirs, &right));
        }
    }
    Ok(())
}

/// Before the end more must be needed.
fn feeding<C: Contestant>(message: &Message) -> Result<(), Unfit> {
    for len in 0..message.bytes.len() {
        let bytes = message.bytes.get(..len).unwrap_or_default();
        let theirs = answer::<C>(bytes);
        if theirs != Answer::NeedMore {
            return Err(wrong(bytes, &theirs, &Answer::NeedMore));
        }
    }
    Ok(())
}

fn wrong(bytes: &[u8], theirs: &Answer, right: &Answer) -> Unfit {
    Unfit::Wrong {
        bytes: bytes.to_vec(),
        theirs: theirs.to_string(),
        right: right.to_string(),
    }
}

fn wrong_debug(bytes: &[u8], theirs: &impl fmt::Debug, right: &impl fmt::Debug) -> Unfit {
    Unfit::Wrong {
        bytes: bytes.to_vec(),
        theirs: format!("{theirs:?}"),
        right: format!("{right:?}"),
    }
}

/// Room for the longest sample.
pub const OUT_LEN: usize = 4096;
