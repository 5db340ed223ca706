//! Texts cut into words as an index does it: by what the engine has told of each sign that comes up.

use super::signs::{Sign, Signs};
use crate::fault::Result;
use std::collections::HashMap;

/// What the engine keeps of a word.
const LONGEST: usize = 32_768;
/// The byte before each word: one for words themselves, others for beginnings of words, which are not made here.
const WHOLE: u8 = b'0';
/// Signs of two bytes: so many beginnings, so many ends.
const PAIRS: usize = 32 << 6;
/// Signs that differ in their last byte alone, which are learnt together.
const ENDS: std::ops::RangeInclusive<u8> = 0x80..=0xbf;

/// Cuts texts into words.
pub struct Cutter {
    signs: Signs,
    /// What ASCII is folded to; nothing where it stands between words.
    ascii: [u8; 0x80],
    pairs: Vec<Option<Sign>>,
    others: HashMap<Vec<u8>, Sign>,
    /// The word that is read, its mark first.
    word: Vec<u8>,
}

impl Cutter {
    /// One that cuts as an index that says this of how it does. None where that is not understood.
    pub fn of(tokenize: &str) -> Result<Option<Self>> {
        let Some(signs) = Signs::of(tokenize)? else { return Ok(None) };
        let mut ascii = [0; 0x80];
        let all: Vec<Vec<u8>> = (0..0x80).map(|sign| vec![sign]).collect();
        for (folded, sign) in ascii.iter_mut().zip(signs.learn(&all)?) {
            let Some(sign) = sign else { return Ok(None) };
            match sign.folded() {
                [] if !sign.goes_on => {}
                [byte @ 1..0x80] if sign.begins => *folded = *byte,
                _ => return Ok(None),
            }
        }
        Ok(Some(Cutter { signs, ascii, pairs: vec![None; PAIRS], others: HashMap::new(), word: Vec::new() }))
    }

    /// Shows every word of a text as indexes write it, in order. Returns false at a sign that is not understood.
    pub fn cut(&mut self, text: &[u8], take: &mut impl FnMut(&[u8])) -> Result<bool> {
        let mut at = 0;
        while let Some(&first) = text.get(at) {
            if first < 0x80 {
                if self.ascii[usize::from(first)] == 0 {
                    at += 1;
                    continue;
                }
            } else {
                let length = length_of(&text[at..]);
                let Some(sign) = self.sign(&text[at..at + length])? else { return Ok(false) };
                if !sign.begins {
                    at += length;
                    continue;
                }
            }
            let Some(end) = self.read(text, at)? else { return Ok(false) };
            at = end;
            self.word.truncate(LONGEST + 1);
            take(&self.word);
        }
        Ok(true)
    }

    /// Reads the word that begins here; returns where it ends.
    fn read(&mut self, text: &[u8], start: usize) -> Result<Option<usize>> {
        self.word.clear();
        self.word.push(WHOLE);
        let mut at = start;
        while let Some(&byte) = text.get(at) {
            if byte < 0x80 {
                let folded = self.ascii[usize::from(byte)];
                if folded == 0 {
                    break;
                }
                self.word.push(folded);
                at += 1;
            } else {
                let length = length_of(&text[at..]);
                let Some(sign) = self.sign(&text[at..at + length])? else { return Ok(None) };
                if !sign.goes_on {
                    break;
                }
                self.word.extend_from_slice(sign.folded());
                at += length;
            }
        }
        Ok(Some(at))
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
            [] => vec![sign.to_vec()],
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
    let more = if text[0] < 0xc0 { 0 } else { text[1..].iter().take_while(|byte| **byte & 0xc0 == 0x80).count() };
    1 + more
}
