//! What was tried already, so that the next run pays only for what changed. Keyed digests and counts, never a word.

use super::family::Family;
use crate::fault::{Fault, Result};
use crate::password::scheme::Hash;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::{BTreeMap, HashSet};

const MAGIC: &[u8; 16] = b"crm-admin tried1";
const SEAL: usize = 32;
/// 16 bytes of hash, 8 of list, 4 of count and 1 of family.
const RECORD: usize = 29;
const NO_FAMILY: u8 = 255;

/// The digest of a stored hash under the key: without the key, nobody can tell whose it is.
pub(super) type HashId = [u8; 16];
/// The digest of all guesses for one account.
pub(super) type ListId = [u8; 8];

/// How far one stored hash was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) list: ListId,
    /// Guesses done, of the account's own sequence.
    pub(super) done: u32,
    pub(super) hit: Option<Family>,
}

/// What was tried, by stored hash. The caller keeps the key and the bytes, both for the owner's eyes only (0600).
pub struct Tried {
    key: [u8; 32],
    records: BTreeMap<HashId, Record>,
}

impl Tried {
    /// Nothing yet. The key comes from the operating system, and is kept beside the bytes.
    pub fn new(key: [u8; 32]) -> Self {
        Tried { key, records: BTreeMap::new() }
    }

    /// Reads what [`Tried::to_bytes`] wrote under the same key.
    ///
    /// # Errors
    /// Damaged when a bit changed, the end is missing or the key is another: the caller says so and begins anew.
    pub fn from_bytes(key: [u8; 32], bytes: &[u8]) -> Result<Self> {
        let damaged = || Fault::damaged("the record of guesses already tried is damaged, or of another key");
        let split = bytes.len().checked_sub(SEAL).ok_or_else(damaged)?;
        let (body, seal) = bytes.split_at(split);
        seal_of(&key, body).verify_slice(seal).map_err(|_| damaged())?;
        let records = body.strip_prefix(MAGIC).filter(|rest| rest.len() % RECORD == 0).ok_or_else(damaged)?;
        let records = records.chunks_exact(RECORD).map(read).collect::<Option<_>>().ok_or_else(damaged)?;
        Ok(Tried { key, records })
    }

    /// The whole record, sealed with the key.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for (id, record) in &self.records {
            bytes.extend(id);
            bytes.extend(record.list);
            bytes.extend(record.done.to_le_bytes());
            let place = record.hit.and_then(|hit| Family::ALL.iter().position(|family| *family == hit));
            bytes.push(place.map_or(NO_FAMILY, |place| place as u8));
        }
        let seal = seal_of(&self.key, &bytes).finalize().into_bytes();
        bytes.extend(seal);
        bytes
    }

    /// How many stored hashes it knows.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Forgets every hash that is not among these: accounts go, and passwords are replaced.
    pub fn keep_only<'a>(&mut self, hashes: impl IntoIterator<Item = &'a Hash>) {
        let ids: HashSet<HashId> = hashes.into_iter().map(|hash| self.hash_id(&hash.fingerprint())).collect();
        self.records.retain(|id, _| ids.contains(id));
    }

    pub(super) fn get(&self, id: &HashId) -> Option<&Record> {
        self.records.get(id)
    }

    pub(super) fn set(&mut self, id: HashId, record: Record) {
        self.records.insert(id, record);
    }

    pub(super) fn hash_id(&self, fingerprint: &[u8]) -> HashId {
        first(keyed(&self.key, b"hash", &[fingerprint]))
    }

    pub(super) fn list_id<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> ListId {
        first(keyed(&self.key, b"list", &parts.into_iter().collect::<Vec<_>>()))
    }
}

fn first<const N: usize>(digest: [u8; 32]) -> [u8; N] {
    std::array::from_fn(|place| digest[place])
}

fn keyed(key: &[u8; 32], purpose: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = mac(key);
    mac.update(purpose);
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn seal_of(key: &[u8; 32], body: &[u8]) -> Hmac<Sha256> {
    let mut mac = mac(key);
    mac.update(b"seal");
    mac.update(body);
    mac
}

fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("a key may have any length")
}

fn read(bytes: &[u8]) -> Option<(HashId, Record)> {
    let (id, rest) = bytes.split_first_chunk::<16>()?;
    let (list, rest) = rest.split_first_chunk::<8>()?;
    let (done, rest) = rest.split_first_chunk::<4>()?;
    let hit = match rest {
        [NO_FAMILY] => None,
        [place] => Some(*Family::ALL.get(usize::from(*place))?),
        _ => return None,
    };
    Some((*id, Record { list: *list, done: u32::from_le_bytes(*done), hit }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Kind, kind_of};

    fn some() -> Tried {
        let mut tried = Tried::new([7; 32]);
        tried.set(tried.hash_id(b"one"), Record { list: [1; 8], done: 700, hit: None });
        tried.set(tried.hash_id(b"two"), Record { list: [2; 8], done: 3, hit: Some(Family::Season) });
        tried
    }

    #[test]
    fn what_is_written_reads_back() {
        let back = Tried::from_bytes([7; 32], &some().to_bytes()).unwrap();
        assert_eq!(back.records, some().records);
        assert!(Tried::from_bytes([7; 32], &Tried::new([7; 32]).to_bytes()).unwrap().is_empty());
    }

    #[test]
    fn damage_and_another_key_are_noticed() {
        let bytes = some().to_bytes();
        let refused = |key, bytes: &[u8]| {
            assert_eq!(kind_of(&Tried::from_bytes(key, bytes).err().unwrap()), Kind::Damaged);
        };
        refused([8; 32], &bytes);
        for at in 0..bytes.len() {
            refused([7; 32], &bytes[..at]);
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            refused([7; 32], &flipped);
        }
    }

    #[test]
    fn digests_depend_on_the_key_and_on_where_parts_end() {
        let (one, other) = (Tried::new([1; 32]), Tried::new([2; 32]));
        assert_ne!(one.hash_id(b"x"), other.hash_id(b"x"));
        assert_ne!(one.list_id([&b"ab"[..], b"c"]), one.list_id([&b"a"[..], b"bc"]));
    }
}
