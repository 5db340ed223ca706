//! Argon2i, Argon2d and Argon2id in PHC strings, and Django's `argon2$` before one.

use super::encoding::{STANDARD, base64, number};
use super::recipe::{Memory, Method, Read, Trouble};
use super::weakness::{Shortcoming, Weakness};
use crate::fault::{Fault, Result};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// The most memory that a stored hash may ask for, in KiB.
const MOST_MEMORY: u32 = 2 * 1024 * 1024;
/// The most work that it may ask for, in KiB times passes: sixteen times RFC 9106's second choice.
const MOST_WORK: u64 = 16 * 3 * 65_536;
const MOST_LANES: u32 = 255;
const VARIANTS: [&str; 3] = ["argon2i", "argon2d", "argon2id"];

/// Memory in KiB and passes that OWASP holds to be equal, for one lane.
const OWASP: [(u32, u32); 5] = [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)];

/// Argon2 with everything but the password and the result.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Argon2Method {
    variant: &'static str,
    version: u32,
    memory: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
    length: usize,
}

/// Reads `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`, with or without what Django puts before it.
pub(super) fn read(text: &str) -> Option<Read> {
    let text = text.strip_prefix("argon2$").unwrap_or_else(|| text.strip_prefix('$').unwrap_or(text));
    let (variant, rest) = text.split_once('$')?;
    let variant = VARIANTS.into_iter().find(|known| *known == variant)?;
    Some(parts(variant, rest).ok_or(Trouble::Broken).and_then(checked))
}

fn parts(variant: &'static str, rest: &str) -> Option<(Argon2Method, Vec<u8>)> {
    // A string without a version is of the first one, 16.
    let (version, rest) = match rest.strip_prefix("v=") {
        Some(rest) => rest.split_once('$').and_then(|(version, rest)| Some((number(version)?, rest)))?,
        None => (0x10, rest),
    };
    let (parameters, rest) = rest.split_once('$')?;
    let (salt, sum) = rest.split_once('$')?;
    let mut fields = parameters.split(',');
    let mut field = |name: &str| fields.next()?.strip_prefix(name).and_then(number);
    let (memory, passes, lanes) = (field("m=")?, field("t=")?, field("p=")?);
    if fields.next().is_some() {
        return None;
    }
    let (salt, sum) = (base64(STANDARD, salt)?, base64(STANDARD, sum)?);
    Some((Argon2Method { variant, version, memory, passes, lanes, salt, length: sum.len() }, sum))
}

fn checked((method, sum): (Argon2Method, Vec<u8>)) -> Result<(Method, Vec<u8>), Trouble> {
    let work = u64::from(method.memory) * u64::from(method.passes);
    if method.memory > MOST_MEMORY || work > MOST_WORK || method.lanes > MOST_LANES {
        return Err(Trouble::Absurd);
    }
    let sound = method.engine().is_some() && (8..=64).contains(&method.salt.len()) && method.length <= 128;
    if sound { Ok((Method::Argon2(method), sum)) } else { Err(Trouble::Broken) }
}

impl Argon2Method {
    fn engine(&self) -> Option<Argon2<'static>> {
        let params = Params::new(self.memory, self.passes, self.lanes, Some(self.length)).ok()?;
        let variant = Algorithm::try_from(self.variant).ok()?;
        Some(Argon2::new(variant, Version::try_from(self.version).ok()?, params))
    }

    pub(super) fn compute(&self, candidate: &[u8], memory: &mut Memory) -> Result<Vec<u8>> {
        let engine =
            self.engine().ok_or_else(|| Fault::refused("a stored hash is not a complete Argon2 hash"))?;
        let blocks = engine.params().block_count();
        if memory.blocks.len() < blocks {
            // The old blocks go first, so that two sizes are never held at once.
            memory.blocks = Vec::new();
            memory.blocks = reserve(blocks)?;
        }
        let mut sum = vec![0; self.length];
        engine
            .hash_password_into_with_memory(candidate, &self.salt, &mut sum, &mut memory.blocks[..blocks])
            .map_err(|_| Fault::unfinished("the password could not be hashed"))?;
        Ok(sum)
    }

    pub(super) fn name(&self) -> &'static str {
        self.variant
    }

    pub(super) fn parameters(&self) -> String {
        let first = if self.version == 0x10 { ", first version" } else { "" };
        format!("m={},t={},p={}{first}", self.memory, self.passes, self.lanes)
    }

    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub(super) fn memory_kib(&self) -> u64 {
        u64::from(self.memory)
    }

    pub(super) fn weaknesses(&self) -> Vec<Weakness> {
        let enough = OWASP.iter().any(|(memory, passes)| self.memory >= *memory && self.passes >= *passes);
        let mut found = Vec::new();
        let mut note = |is: bool, shortcoming| {
            if is {
                found.push(Weakness::of(shortcoming));
            }
        };
        note(!enough, Shortcoming::BelowOwasp("Argon2id with 19456 KiB and 2 passes, or its equals"));
        note(self.version == 0x10, Shortcoming::FirstVersion);
        note(self.variant != "argon2id", Shortcoming::OtherVariant);
        note(self.salt.len() < 16, Shortcoming::ShortSalt);
        note(self.length < 16, Shortcoming::ShortResult);
        found
    }
}

fn reserve(blocks: usize) -> Result<Vec<Block>> {
    let mut memory = Vec::new();
    memory
        .try_reserve_exact(blocks)
        .map_err(|_| Fault::unfinished("there is no memory for a stored hash").hint("use fewer threads"))?;
    prefer_huge_pages(&mut memory);
    memory.resize(blocks, Block::new());
    Ok(memory)
}

/// Asks for pages of 2 MiB before any is touched. Each block is read at a place that nobody can foresee, so with small
/// pages the processor spends its time looking up where they are. Only advice: without it, it is slower.
#[cfg(target_os = "linux")]
fn prefer_huge_pages(memory: &mut Vec<Block>) {
    const HUGE: usize = 2 * 1024 * 1024;
    let room = memory.spare_capacity_mut();
    let (start, length) = (room.as_mut_ptr().cast::<u8>(), std::mem::size_of_val(room));
    let skip = start.align_offset(HUGE).min(length);
    let whole = (length - skip) / HUGE * HUGE;
    // SAFETY: the range is inside what was just reserved, and the advice changes no byte of it.
    let _ = unsafe { rustix::mm::madvise(start.add(skip).cast(), whole, rustix::mm::Advice::LinuxHugepage) };
}

#[cfg(not(target_os = "linux"))]
fn prefer_huge_pages(_: &mut Vec<Block>) {}
