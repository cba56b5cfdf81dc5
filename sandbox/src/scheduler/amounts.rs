//! How much of each resource: a small sorted list. Every pod and every node has some, of two or three resources mostly, and they are read
//! for every pod and node: a tree would take ten times the room.

use ecow::EcoString;

use super::quantity::milli;
use crate::json::Json;

/// Amounts by resource name, in thousandths.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Amounts(Vec<(EcoString, i64)>);

impl Amounts {
    /// Nothing.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// A map of quantities.
    pub fn read(map: &Json) -> Self {
        // The keys of a map are in order.
        Self(map.entries().map(|(name, quantity)| (name.clone(), milli(quantity))).collect())
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    /// How much, if it is named.
    pub fn get(&self, name: &str) -> Option<i64> {
        self.find(name).ok().map(|i| self.0[i].1)
    }

    /// How much of it; named from now on.
    pub fn of(&mut self, name: &EcoString) -> &mut i64 {
        let i = self.find(name).unwrap_or_else(|i| {
            self.0.reserve_exact(1);
            self.0.insert(i, (name.clone(), 0));
            i
        });
        &mut self.0[i].1
    }

    /// The resources that are named.
    pub fn names(&self) -> impl Iterator<Item = &EcoString> {
        self.0.iter().map(|(name, _)| name)
    }

    /// More of it.
    pub fn add(&mut self, more: &Amounts) {
        more.0.iter().for_each(|(name, amount)| *self.of(name) += amount);
    }

    /// Less of it.
    pub fn subtract(&mut self, less: &Amounts) {
        less.0.iter().for_each(|(name, amount)| *self.of(name) -= amount);
    }

    /// At least so much.
    pub fn raise(&mut self, least: &Amounts) {
        for (name, amount) in &least.0 {
            let mine = self.of(name);
            *mine = (*mine).max(*amount);
        }
    }
}
