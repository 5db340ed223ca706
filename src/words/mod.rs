//! The French word lists, and the one home of `fake`.
