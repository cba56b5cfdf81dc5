//! Single values: what Go reads them as, and its words for what it cannot read.

use crate::{
    json::Json,
    resources::amount::Amount,
    types::{Field, Of},
};

pub(super) const NO_QUANTITY: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

pub(super) fn is_simple(value: &Json, of: Of) -> bool {
    match (of, value) {
        (Of::Json, _) | (Of::String, Json::Str(_)) | (Of::Bool, Json::Bool(_)) => true,
        (Of::Int32, Json::Int(n)) => i32::try_from(*n).is_ok(),
        (Of::Int64, Json::Int(_)) | (Of::Double, Json::Int(_) | Json::Float(_)) => true,
        _ => false,
    }
}

/// What Go makes of a null in a list or a map.
pub(super) fn zero(field: &Field) -> Json {
    match field.of {
        Of::Bool => false.into(),
        Of::Int32 | Of::Int64 | Of::Double => 0i64.into(),
        Of::Message(_) => Json::object(),
        Of::Json => Json::Null,
        Of::Quantity => "0".into(),
        _ => "".into(),
    }
}

/// A quantity may be written as a number or in any form, and is kept in its canonical one.
pub(super) fn quantity_of(json: &mut Json) -> Result<(), String> {
    if !matches!(json, Json::Int(_) | Json::Float(_) | Json::Str(_)) {
        return Err(NO_QUANTITY.into());
    }
    let canonical = Json::from(Amount::read(json).ok_or(NO_QUANTITY)?);
    if *json != canonical {
        *json = canonical;
    }
    Ok(())
}

/// Models `IntOrString.UnmarshalJSON`.
pub(super) fn int_or_string(json: &Json) -> Result<(), String> {
    let found = match json {
        Json::Str(_) => return Ok(()),
        Json::Int(n) if i32::try_from(*n).is_ok() => return Ok(()),
        Json::Int(_) | Json::Float(_) => format!("number {json}"),
        Json::Bool(_) => "bool".into(),
        Json::List(_) => "array".into(),
        _ => "object".into(),
    };
    Err(format!("json: cannot unmarshal {found} into Go value of type int32"))
}

/// Models `Time.UnmarshalJSON`.
pub(super) fn time(json: &Json) -> Result<(), String> {
    let found = match json {
        Json::Str(text) if crate::clock::Time::parse(text).is_some() => return Ok(()),
        Json::Str(text) => {
            return Err(format!(
                "parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text:?} as \"2006\""
            ));
        }
        Json::Bool(_) => "bool",
        Json::List(_) => "array",
        Json::Map(_) => "object",
        _ => "number",
    };
    Err(format!("json: cannot unmarshal {found} into Go value of type string"))
}

/// Go names the byte, or the start of the group that is not whole.
pub(super) fn base64(text: &str) -> Result<(), String> {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    // Go skips line breaks.
    let bytes: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let letters = bytes.iter().take_while(|b| is_letter(**b)).count();
    let padding = bytes[letters..].iter().take(2).take_while(|b| **b == b'=').count();
    let whole = letters + padding == bytes.len() && bytes.len().is_multiple_of(4);
    let needed = (4 - letters % 4) % 4;
    if whole && padding == needed {
        return Ok(());
    }
    let at = if letters == bytes.len() { letters / 4 * 4 } else { letters };
    Err(format!("illegal base64 data at input byte {at}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_checked_as_go_does() {
        for (text, bad_at) in [
            ("aGVsbG8=", None),
            ("", None),
            ("aGVsbG8h", None),
            ("aGVs\nbG8=", None),
            ("%%%", Some(0)),
            ("aGVsb", Some(4)),
            ("aGVsbG8=x", Some(7)),
        ] {
            let expect = bad_at.map_or(Ok(()), |at| Err(format!("illegal base64 data at input byte {at}")));
            assert_eq!(base64(text), expect, "{text}");
        }
    }
}
