//! Protobuf's wire form: keys, variable-length integers, pieces with a length. Every read is bounded by the bytes there are.

/// What is wrong with bytes, in the words of Kubernetes' decoders.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// They do not begin as Kubernetes' protobuf does.
    #[error("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")]
    Prefix,
    /// The envelope names no kind.
    #[error("Object 'Kind' is missing in the envelope")]
    NoKind,
    /// They end too early.
    #[error("unexpected EOF")]
    Truncated,
    /// An integer is longer than 64 bits.
    #[error("proto: integer overflow")]
    Overflow,
    /// A field's number is zero or beyond 2^29.
    #[error("proto: illegal tag {0}")]
    Tag(u64),
    /// A wire type that there is not, or a group.
    #[error("proto: illegal wireType {0}")]
    WireType(u64),
    /// A field is written as another type.
    #[error("proto: wrong wireType = {wire} for field {field}")]
    Mismatch { field: String, wire: u8 },
    /// Messages in messages in messages.
    #[error("proto: exceeded maximum nesting depth of {0}")]
    Depth(usize),
    /// A value that JSON has no form for.
    #[error("proto: field {field} cannot be written as JSON: {why}")]
    Unwritable { field: String, why: String },
}

/// A value, as far as its wire type tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64(u64),
    /// Wire type 2.
    Bytes(&'a [u8]),
    /// Wire type 5.
    Fixed32(u32),
}

impl Value<'_> {
    /// The wire type's number.
    pub fn wire_type(self) -> u8 {
        match self {
            Value::Varint(_) => 0,
            Value::Fixed64(_) => 1,
            Value::Bytes(_) => 2,
            Value::Fixed32(_) => 5,
        }
    }
}

/// The fields of a message: number and value, in the order they are written. Ends after the first fault.
pub(super) fn fields(bytes: &[u8]) -> impl Iterator<Item = Result<(u32, Value<'_>), Fault>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = field(&mut rest);
        if field.is_err() {
            rest = &[];
        }
        Some(field)
    })
}

fn field<'a>(rest: &mut &'a [u8]) -> Result<(u32, Value<'a>), Fault> {
    let key = varint(rest)?;
    let number = key >> 3;
    if number == 0 || number >= 1 << 29 {
        return Err(Fault::Tag(number));
    }
    let value = match key & 7 {
        0 => Value::Varint(varint(rest)?),
        1 => Value::Fixed64(u64::from_le_bytes(array(rest)?)),
        2 => {
            let length = usize::try_from(varint(rest)?).map_err(|_| Fault::Truncated)?;
            Value::Bytes(take(rest, length)?)
        }
        5 => Value::Fixed32(u32::from_le_bytes(array(rest)?)),
        other => return Err(Fault::WireType(other)),
    };
    Ok((number as u32, value))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Fault> {
    let (piece, after) = rest.split_at_checked(length).ok_or(Fault::Truncated)?;
    *rest = after;
    Ok(piece)
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Fault> {
    take(rest, N)?.try_into().map_err(|_| Fault::Truncated)
}

/// One variable-length integer.
pub(super) fn varint(rest: &mut &[u8]) -> Result<u64, Fault> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(Fault::Truncated)?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Fault::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_told_apart() {
        let check = |bytes: &[u8], expect: &[Result<(u32, Value<'_>), Fault>]| {
            assert_eq!(fields(bytes).collect::<Vec<_>>(), expect, "{bytes:?}");
        };
        check(&[], &[]);
        check(&[0x08, 0x96, 0x01], &[Ok((1, Value::Varint(150)))]);
        check(&[0x12, 2, b'h', b'i', 0x10, 0], &[Ok((2, Value::Bytes(b"hi"))), Ok((2, Value::Varint(0)))]);
        check(&[0x0d, 1, 0, 0, 0], &[Ok((1, Value::Fixed32(1)))]);
        check(&[0x09, 1, 0, 0, 0, 0, 0, 0, 0], &[Ok((1, Value::Fixed64(1)))]);
        check(&[0x08], &[Err(Fault::Truncated)]);
        check(&[0x12, 9, b'h'], &[Err(Fault::Truncated)]);
        check(&[0x09, 1], &[Err(Fault::Truncated)]);
        check(&[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], &[Err(Fault::Truncated)]);
        check(
            &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
            &[Err(Fault::Overflow)],
        );
        check(&[0x00, 0x00], &[Err(Fault::Tag(0))]);
        check(&[0x0b, 0x0c], &[Err(Fault::WireType(3))]);
    }
}
