//! The accounts room on databases made for it.
