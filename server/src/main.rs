//! Room being built.
fn main() {}
