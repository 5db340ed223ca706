//! A mailing list taken through.
