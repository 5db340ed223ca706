//! The promise: nobody can tell pages written here from those of the engine.
