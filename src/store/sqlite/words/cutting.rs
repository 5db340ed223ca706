//! Texts cut into words as an index does it: by what the engine has told of each sign that comes up.

use super::signs::{Sign, Signs};
use super::word::Word;
use crate::fault::Result;
use std::collections::HashMap;

/// What the engine keeps of a word, in eights of bytes.
const LONGEST: usize = 32_768 / 8;
/// The lowest and the highest bit of eight bytes.
const LOWEST: u64 = u64::MAX / 0xff;
const HIGHEST: u64 = LOWEST << 7;
/// No text has such a byte. Where it is a letter and stays as it is, texts are read byte by byte, whatever these mean.
const NO_TEXT: u8 = 0xff;
/// Signs of two bytes: so many beginnings, so many ends.
const PAIRS: usize = 32 << 6;
/// Signs that differ in their last byte alone, which are learnt together.
const ENDS: std::ops::RangeInclusive<u8> = 0x80..=0xbf;

/// Cuts texts into words.
pub struct Cutter {
    signs: Signs,
    /// What a byte is folded to; 0 where it stands between words, and where it may be no sign by itself.
    folded: [u8; 0x100],
    pairs: Vec<Option<Sign>>,
    others: HashMap<Vec<u8>, Sign>,
    /// The word that is read.
    word: Word,
}

impl Cutter {
    /// One that cuts as an index that says this of how it does. None where that is not understood.
    pub fn of(tokenize: &str) -> Result<Option<Self>> {
        let Some(signs) = Signs::of(tokenize)? else { return Ok(None) };
        let mut folded = [0; 0x100];
        let single: Vec<Vec<u8>> = (0..0x80).chain([NO_TEXT]).map(|byte| vec![byte]).collect();
        let mut learnt = signs.learn(&single)?;
        if learnt.pop().flatten().is_some_and(|sign| sign.begins && sign.folded() == [NO_TEXT]) {
            (0x80..=0xff).for_each(|byte: u8| folded[usize::from(byte)] = byte);
        }
        for (folded, sign) in folded.iter_mut().zip(learnt) {
            let Some(sign) = sign else { return Ok(None) };
            match sign.folded() {
                [] if !sign.goes_on => {}
                [byte] if sign.begins => *folded = *byte,
                _ => return Ok(None),
            }
        }
        Ok(Some(Cutter {
            signs,
            folded,
            pairs: vec![None; PAIRS],
            others: HashMap::new(),
            word: Word::default(),
        }))
    }

    /// Shows every word of a text, in order. Returns false at a sign that is not understood.
    pub fn cut(&mut self, text: &[u8], take: &mut impl FnMut(&Word)) -> Result<bool> {
        let mut at = 0;
        while at < text.len() {
            let byte = text[at];
            if self.folded[usize::from(byte)] == 0 {
                if byte < 0x80 {
                    at += 1;
                    continue;
                }
                let length = length_of(&text[at..]);
                let Some(sign) = self.sign(&text[at..at + length])? else { return Ok(false) };
                if !sign.begins {
                    at += length;
                    continue;
                }
            }
            let Some(end) = self.read(text, at)? else { return Ok(false) };
            at = end;
            self.word.truncate(LONGEST);
            take(&self.word);
        }
        Ok(true)
    }

    /// Reads the word that begins here; returns where it ends.
    #[inline]
    fn read(&mut self, text: &[u8], start: usize) -> Result<Option<usize>> {
        self.word.clear();
        let mut at = start;
        loop {
            let (folded, count) = self.begin_of(&text[at..]);
            self.word.push(folded, count);
            at += count as usize;
            if count == 8 {
                continue;
            }
            if text.get(at).is_none_or(|byte| *byte < 0x80) {
                return Ok(Some(at));
            }
            let length = length_of(&text[at..]);
            let Some(sign) = self.sign(&text[at..at + length])? else { return Ok(None) };
            if !sign.goes_on {
                return Ok(Some(at));
            }
            sign.folded().iter().for_each(|byte| self.word.push((*byte).into(), 1));
            at += length;
        }
    }

    /// The letters of one byte that a text begins with, folded, up to eight of them, and how many they are. All eight are
    /// looked up in one go: to ask after each whether the word ends there takes longer than to look.
    #[inline]
    fn begin_of(&self, text: &[u8]) -> (u64, u32) {
        let eight = text.first_chunk().copied().unwrap_or_else(|| {
            let mut fewer = [0; 8];
            fewer[..text.len()].copy_from_slice(text);
            fewer
        });
        let look = |at: usize| u64::from(self.folded[usize::from(eight[at])]) << (8 * at);
        let folded = look(0) | look(1) | look(2) | look(3) | look(4) | look(5) | look(6) | look(7);
        // The lowest byte that is zero has its highest bit set here; those above it may too.
        let zeros = folded.wrapping_sub(LOWEST) & !folded & HIGHEST;
        let count = zeros.trailing_zeros() / 8;
        let mask = u64::MAX.checked_shr(u64::BITS - 8 * count).unwrap_or(0);
        (folded & mask, count)
    }

    fn sign(&mut self, sign: &[u8]) -> Result<Option<Sign>> {
        let known = match sign {
            [first @ 0xc0..=0xdf, second] => self.pairs[pair(*first, *second)],
            _ => self.others.get(sign).copied(),
        };
        match known {
            Some(_) => Ok(known),
            None => self.learn(sign),
        }
    }

    /// Asks for a sign, and at once for those that often come with it.
    #[cold]
    fn learn(&mut self, sign: &[u8]) -> Result<Option<Sign>> {
        let (last, first) = sign.split_last().map_or((0, sign), |(last, first)| (*last, first));
        let together: Vec<Vec<u8>> = match first {
            [] | [_, _, _, _, ..] => vec![sign.to_vec()],
            _ => ENDS.map(|end| [first, &[end]].concat()).collect(),
        };
        let mut wanted = None;
        for (learnt, known) in together.iter().zip(self.signs.learn(&together)?) {
            if learnt.last() == Some(&last) {
                wanted = known;
            }
            match (learnt.as_slice(), known) {
                ([first @ 0xc0..=0xdf, second], known) => self.pairs[pair(*first, *second)] = known,
                (_, Some(known)) => {
                    self.others.insert(learnt.clone(), known);
                }
                _ => {}
            }
        }
        Ok(wanted)
    }
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(first & 0x1f) << 6 | usize::from(second & 0x3f)
}

/// How many bytes the engine reads as one sign, be they what UTF-8 asks for or not.
fn length_of(text: &[u8]) -> usize {
    let more =
        if text[0] < 0xc0 { 0 } else { text[1..].iter().take_while(|byte| **byte & 0xc0 == 0x80).count() };
    1 + more
}
