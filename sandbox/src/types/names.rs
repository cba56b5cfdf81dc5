//! Fields by their names in JSON, those of inlined types included. Nearly all names of a type differ in their first bytes, which
//! are compared as one number: what is read and written is looked up here field by field.

use super::{Field, Message};

/// A field as it stands in JSON.
#[derive(Debug)]
pub struct InJson {
    start: u64,
    /// Its place among the fields of an object.
    pub place: usize,
    /// The field.
    pub field: &'static Field,
}

/// The first eight bytes as a number: in the order of the bytes.
fn start(name: &str) -> u64 {
    let mut first = [0; 8];
    let length = name.len().min(8);
    first[..length].copy_from_slice(&name.as_bytes()[..length]);
    u64::from_be_bytes(first)
}

/// All fields of a type, in the order of their names.
pub(super) fn all(message: &'static Message) -> Vec<InJson> {
    let mut fields = Vec::new();
    collect(message, &mut fields);
    let in_json = |(place, field): (usize, &'static Field)| InJson { start: start(field.name), place, field };
    let mut fields: Vec<InJson> = fields.into_iter().enumerate().map(in_json).collect();
    fields.sort_by_key(|f| f.field.name);
    fields
}

fn collect(message: &'static Message, fields: &mut Vec<&'static Field>) {
    for field in message.in_json() {
        match field.message() {
            Some(inlined) if field.name.is_empty() => collect(inlined, fields),
            _ => fields.push(field),
        }
    }
}

/// Where the field of a name is, or would be.
///
/// # Errors
/// The place where it would be.
pub fn search(fields: &[InJson], name: &str) -> Result<usize, usize> {
    let wanted = start(name);
    fields.binary_search_by(|f| f.start.cmp(&wanted).then_with(|| f.field.name.cmp(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types;

    #[test]
    fn every_field_is_found_by_its_name_alone() {
        for (api_version, name) in
            [("v1", "Container"), ("v1", "PodSpec"), ("v1", "Volume"), ("meta.k8s.io/v1", "ObjectMeta")]
        {
            let fields = types::find(api_version, name).unwrap().by_name();
            assert_eq!((search(fields, ""), search(fields, "zzz")), (Err(0), Err(fields.len())));
            assert!(fields.len() > 5 && fields.windows(2).all(|w| w[0].field.name < w[1].field.name));
            for (i, f) in fields.iter().enumerate() {
                let name = f.field.name;
                assert_eq!(search(fields, name), Ok(i), "{name}");
                assert_eq!(search(fields, &format!("{name}\0")), Err(i + 1), "{name}");
            }
        }
    }
}
