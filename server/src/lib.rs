//! Room being built.
