//! Accounts that share a recipe share every guess: one group, and the order in which its guesses are handed out.

use super::about::About;
use super::sequence::{Guess, Sequence};
use super::tried::{HashId, ListId};
use crate::password::scheme::{Hash, Recipe};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// One account of a group, and how far it was tried.
pub(super) struct Member {
    /// Its place in the list of targets.
    pub(super) target: usize,
    pub(super) hash: Hash,
    pub(super) about: About,
    pub(super) id: HashId,
    pub(super) list: ListId,
    /// How many guesses are its own.
    pub(super) own: usize,
    /// How many guesses of its sequence (head, own, tail) were done, without a gap.
    pub(super) done: usize,
    /// Where it ends: the whole sequence, or the budget.
    pub(super) end: usize,
}

/// A piece of work: some guesses for one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Shared guesses, counted over head and tail together.
    Shared(Range<usize>),
    /// The guesses of one member's own.
    Own(usize, Range<usize>),
}

/// Accounts with the same recipe.
pub(super) struct Group {
    pub(super) recipe: Recipe,
    pub(super) members: Vec<Member>,
    /// Seconds that one guess takes one thread.
    pub(super) cost: f64,
    head: usize,
    tail: usize,
    next: Cursor,
    handed_out: u64,
    returned: BTreeMap<u64, Piece>,
    applied: u64,
}

#[derive(Clone, Copy)]
enum Cursor {
    Head(usize),
    Own(usize, usize),
    Tail(usize),
    Over,
}

impl Group {
    pub(super) fn new(recipe: Recipe, members: Vec<Member>, sequence: &Sequence) -> Self {
        let (head, tail) = (sequence.head.len(), sequence.tail.len());
        Group {
            recipe,
            members,
            cost: 0.0,
            head,
            tail,
            next: Cursor::Head(0),
            handed_out: 0,
            returned: BTreeMap::new(),
            applied: 0,
        }
    }

    /// Members by the result that would be a hit.
    pub(super) fn results(&self) -> HashMap<Vec<u8>, Vec<usize>> {
        let mut results: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (place, member) in self.members.iter().enumerate() {
            results.entry(member.hash.sum().to_vec()).or_default().push(place);
        }
        results
    }

    /// The shared guesses of head and tail that some member still wants.
    fn wanted_shared(&self) -> (Range<usize>, Range<usize>) {
        let mut head = self.head..0;
        let mut tail = self.tail..0;
        for member in self.members.iter().filter(|member| member.done < member.end) {
            let after = self.head + member.own;
            head = head.start.min(member.done)..head.end.max(member.end.min(self.head));
            tail = tail.start.min(member.done.saturating_sub(after))
                ..tail.end.max(member.end.saturating_sub(after));
        }
        (head, tail)
    }

    /// The guesses of its own that a member still wants.
    fn wanted_own(&self, place: usize) -> Range<usize> {
        let member = &self.members[place];
        let end = member.end.saturating_sub(self.head).min(member.own);
        member.done.saturating_sub(self.head).min(end)..end
    }

    /// How many guesses are left to compute.
    pub(super) fn left(&self) -> u64 {
        let (head, tail) = self.wanted_shared();
        let own: usize = (0..self.members.len()).map(|place| self.wanted_own(place).len()).sum();
        (head.len() + own + tail.len()) as u64
    }

    /// How likely the next guess is: the lower, the likelier.
    pub(super) fn rank(&self) -> usize {
        match self.next {
            Cursor::Head(at) => at,
            Cursor::Own(_, at) => self.head + at,
            Cursor::Tail(at) => self.head + self.members[0].own + at,
            Cursor::Over => usize::MAX,
        }
    }

    /// The next piece, of at most `most` guesses; `None` when all were handed out.
    pub(super) fn take(&mut self, most: usize, open: impl Fn(usize) -> bool) -> Option<(u64, Piece)> {
        let (head, tail) = self.wanted_shared();
        loop {
            let (piece, next) = match self.next {
                Cursor::Head(at) => {
                    let piece = cut(&head, at, most);
                    let next =
                        if piece.end >= head.end { Cursor::Own(0, 0) } else { Cursor::Head(piece.end) };
                    (Piece::Shared(piece), next)
                }
                Cursor::Own(place, _) if place >= self.members.len() => {
                    (Piece::Shared(0..0), Cursor::Tail(0))
                }
                Cursor::Own(place, at) => {
                    let wanted = if open(place) { self.wanted_own(place) } else { 0..0 };
                    let piece = cut(&wanted, at, most);
                    let over = piece.end >= wanted.end;
                    let next = if over { Cursor::Own(place + 1, 0) } else { Cursor::Own(place, piece.end) };
                    (Piece::Own(place, piece), next)
                }
                Cursor::Tail(at) => {
                    let piece = cut(&tail, at, most);
                    let next = if piece.end >= tail.end { Cursor::Over } else { Cursor::Tail(piece.end) };
                    (Piece::Shared(piece.start + self.head..piece.end + self.head), next)
                }
                Cursor::Over => return None,
            };
            self.next = next;
            if !piece.range().is_empty() {
                self.handed_out += 1;
                return Some((self.handed_out, piece));
            }
        }
    }

    /// A piece was done, up to the end of its range. Pieces come back in any order; members advance without gaps.
    pub(super) fn give_back(&mut self, number: u64, piece: Piece) {
        self.returned.insert(number, piece);
        while let Some(piece) = self.returned.remove(&(self.applied + 1)) {
            self.applied += 1;
            for (place, member) in self.members.iter_mut().enumerate() {
                let range = match &piece {
                    Piece::Shared(range) if range.start < self.head => range.clone(),
                    Piece::Shared(range) => range.start + member.own..range.end + member.own,
                    Piece::Own(owner, range) if *owner == place => {
                        range.start + self.head..range.end + self.head
                    }
                    Piece::Own(..) => continue,
                };
                if member.done >= range.start {
                    member.done = member.done.max(range.end.min(member.end));
                }
            }
        }
    }

    /// The guesses of a piece.
    pub(super) fn guesses(&self, piece: &Piece, sequence: &Sequence) -> Vec<Guess> {
        match piece {
            Piece::Shared(range) if range.start < self.head => sequence.head[range.clone()].to_vec(),
            Piece::Shared(range) => sequence.tail[range.start - self.head..range.end - self.head].to_vec(),
            Piece::Own(place, range) => {
                let mut own = sequence.own(&self.members[*place].about);
                own.truncate(range.end);
                own.drain(..range.start.min(own.len()));
                own
            }
        }
    }
}

impl Piece {
    pub(super) fn range(&self) -> &Range<usize> {
        match self {
            Piece::Shared(range) | Piece::Own(_, range) => range,
        }
    }

    /// The same piece, of which only the first guesses were done.
    pub(super) fn first(self, count: usize) -> Self {
        match self {
            Piece::Shared(range) => Piece::Shared(range.start..range.end.min(range.start + count)),
            Piece::Own(place, range) => Piece::Own(place, range.start..range.end.min(range.start + count)),
        }
    }
}

/// The next `most` of what is wanted, from `at` on.
fn cut(wanted: &Range<usize>, at: usize, most: usize) -> Range<usize> {
    let start = at.max(wanted.start).min(wanted.end);
    start..wanted.end.min(start.saturating_add(most.max(1)))
}
