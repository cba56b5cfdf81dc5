//! The place of an object in its kind: as a tree, or put away until somebody asks for it.

use std::sync::{Arc, OnceLock};

use ecow::EcoVec;

use super::pack::{pack, unpack};
use crate::object::Object;

/// Patterns that a kind keeps.
const PATTERNS_MAX: usize = 6;
/// What takes more than this part of the pattern's text is unlike it.
const LIKE_PARTS: usize = 4;

#[derive(Clone, Debug)]
pub(super) enum Slot {
    There(Object),
    Away(Arc<Away>),
}

/// An object put away, and as a tree while somebody has asked for it.
#[derive(Debug)]
pub(super) struct Away {
    bytes: EcoVec<u8>,
    pattern: Arc<Pattern>,
    tree: OnceLock<Box<Object>>,
}

/// What others of a kind are held against.
#[derive(Debug)]
pub(super) struct Pattern {
    object: Object,
    text_bytes: usize,
}

impl Slot {
    pub fn object(&self) -> &Object {
        match self {
            Slot::There(object) => object,
            Slot::Away(away) => away.tree.get_or_init(|| {
                let object = unpack(&away.bytes, &away.pattern.object);
                debug_assert!(object.is_some(), "bytes that do not fit their pattern");
                object.unwrap_or_default().into()
            }),
        }
    }

    /// Of what is put away: has somebody looked at it?
    #[cfg(test)]
    pub fn is_looked_at(&self) -> Option<bool> {
        if let Slot::Away(away) = self { Some(away.tree.get().is_some()) } else { None }
    }

    pub fn into_object(self) -> Object {
        match self {
            Slot::There(object) => object,
            away @ Slot::Away(_) => away.object().clone(),
        }
    }

    /// Puts it away, beside the one of the patterns that it is most like; or becomes one of them.
    pub fn put_away(&mut self, patterns: &mut Vec<Arc<Pattern>>) {
        let away = match self {
            Slot::Away(away) if away.tree.get().is_none() => return,
            Slot::Away(away) => {
                Away { bytes: away.bytes.clone(), pattern: away.pattern.clone(), tree: OnceLock::new() }
            }
            Slot::There(object) => packed(object, patterns),
        };
        *self = Slot::Away(Arc::new(away));
    }
}

fn packed(object: &Object, patterns: &mut Vec<Arc<Pattern>>) -> Away {
    let tried = patterns.iter().map(|pattern| (pack(object, &pattern.object), pattern));
    let best = tried.min_by_key(|(bytes, _)| bytes.len());
    let is_like = |bytes: &EcoVec<u8>, pattern: &Pattern| bytes.len() <= pattern.text_bytes / LIKE_PARTS;
    let full = patterns.len() == PATTERNS_MAX;
    let (bytes, pattern) = match best {
        Some((bytes, pattern)) if full || is_like(&bytes, pattern) => (bytes, pattern.clone()),
        _ => {
            let pattern = Pattern { object: object.clone(), text_bytes: object.to_string().len() };
            let pattern = Arc::new(pattern);
            patterns.push(pattern.clone());
            (pack(object, object), pattern)
        }
    };
    Away { bytes, pattern, tree: OnceLock::new() }
}
