//! Archives that were put together by somebody who knows how: the digests agree, and they are refused all the same.

use super::*;

#[test]
fn an_honest_forgery_is_an_archive() {
    let database = database(7);
    let forgery = Forgery::of(&database, SMALL).bytes();
    assert!(forgery == archived(&database, SMALL));
    assert!(signed_again(forgery.clone()) == forgery);
}

fn spoilt(spoil: impl FnOnce(&mut Forgery)) -> String {
    let mut forgery = Forgery::of(&database(7), SMALL);
    spoil(&mut forgery);
    refusal(&forgery.bytes())
}

/// A frame that other programs would make of these bytes.
fn foreign(plain: &[u8], checksum: bool, content_size: bool) -> Vec<u8> {
    use zstd::zstd_safe::CParameter::{ChecksumFlag, ContentSizeFlag};
    let mut compressor = zstd::bulk::Compressor::new(3).unwrap();
    compressor.set_parameter(ChecksumFlag(checksum)).unwrap();
    compressor.set_parameter(ContentSizeFlag(content_size)).unwrap();
    compressor.compress(plain).unwrap()
}

#[test]
fn frames_that_an_archive_does_not_have_are_refused() {
    let database = database(7);
    let second = &database[SMALL..2 * SMALL];
    assert!(spoilt(|f| f.frames[1].0 = foreign(second, false, true)).contains("no checksum"));
    assert!(spoilt(|f| f.frames[1].0 = foreign(second, true, false)).contains("content size"));
    let mut with_dictionary = foreign(second, true, true);
    with_dictionary[4] |= 1;
    with_dictionary.insert(5, 7);
    assert!(spoilt(|f| f.frames[1].0 = with_dictionary).contains("dictionary"));
    let halves = [&second[..500], &second[500..]].map(|half| foreign(half, true, true)).concat();
    assert!(spoilt(|f| f.frames[1].0 = halves).contains("frame 2 of 4"));
}

#[test]
fn a_skippable_frame_before_the_trailer_is_refused() {
    let skippable = [&trailer::SKIPPABLE[..], &[4, 0, 0, 0], b"note"].concat();
    for place in 0..4 {
        assert!(
            spoilt(|f| f.frames[place].0.splice(..0, skippable.clone()).for_each(drop))
                .contains("no zstd data")
        );
        assert!(spoilt(|f| f.frames[place].0.extend(&skippable)).contains("not exactly one zstd frame"));
    }
    let archive = Forgery::of(&database(7), SMALL).bytes();
    assert!(refusal(&[skippable, archive].concat()).contains("stand before the trailer"));
}

#[test]
fn frames_in_another_order_are_refused() {
    assert!(spoilt(|f| f.frames.swap(1, 2)).contains("the digest of what is in it"));
    assert!(spoilt(|f| f.frames.swap(0, 2)).contains("does not begin as a SQLite database"));
    assert!(spoilt(|f| f.frames.swap(2, 3)).contains("is declared with"));
    assert!(spoilt(|f| f.frames[2] = f.frames[1].clone()).contains("the digest of what is in it"));
    assert!(spoilt(|f| f.frames.insert(1, f.frames[1].clone())).contains("in 5 frames"));
    assert!(spoilt(|f| drop(f.frames.remove(1))).contains("in 3 frames"));
    let mut bytes = Forgery::of(&database(7), SMALL);
    let honest = bytes.bytes();
    bytes.frames.swap(1, 2);
    let swapped = bytes.bytes();
    let data: usize = bytes.frames.iter().map(|(frame, _)| frame.len()).sum();
    assert!(refusal(&[&swapped[..data], &honest[data..]].concat()).contains("its digest does not agree"));
}

#[test]
fn lengths_that_do_not_agree_are_refused() {
    for decoded in [0, 1, 511, 1023, 1025, u32::MAX] {
        assert!(spoilt(|f| f.frames[1].1 = decoded).contains("is declared with"), "{decoded}");
        assert!(spoilt(|f| f.frames[3].1 = decoded).contains("is declared with"), "{decoded}");
    }
    for bytes in [0, 1, 3072, 4097, u64::MAX, u64::MAX / 2] {
        assert!(spoilt(|f| f.decoded_bytes = bytes).contains("frames"), "{bytes}");
    }
    assert!(spoilt(|f| f.decoded_bytes += 1).contains("is declared with"));
    assert!(spoilt(|f| f.sha256 = digest(b"")).contains("the digest of what is in it"));
    assert!(spoilt(|f| f.frames[1].0.clear()).contains("is declared with 0 bytes"));
    assert!(spoilt(|f| f.frames[1].0 = vec![0; 5000]).contains("is declared with 5000 bytes"));
}

#[test]
fn a_database_that_declares_another_length_is_refused() {
    let spoilt = |at: usize, byte: u8| {
        let mut database = database(7);
        database[at] = byte;
        refusal(&Forgery::of(&database, SMALL).bytes())
    };
    assert!(spoilt(0, b's').contains("does not begin as a SQLite database"));
    assert!(spoilt(16, 4).contains("declares 7 pages of 1024 bytes"));
    assert!(spoilt(17, 1).contains("declares pages of 513 bytes"));
    assert!(spoilt(31, 8).contains("declares 8 pages"));
}

#[test]
fn a_manifest_that_is_none_is_refused() {
    for json in ["{}", "null", "[", "\u{1b}[31m", r#"{"schema":1}"#] {
        let reason = spoilt(|f| f.manifest = json.into());
        assert!(reason.contains("its manifest cannot be read at line 1"), "{reason}");
        assert!(!reason.contains('\u{1b}'));
    }
    spoilt(|f| f.manifest = b"\xFF".to_vec());
    spoilt(|f| f.manifest = b"[".repeat(100_000));
    let with = |from: &str, to: &str| {
        spoilt(|f| f.manifest = String::from_utf8(f.manifest.clone()).unwrap().replace(from, to).into())
    };
    assert!(with("crm-admin-archive", "other").contains("another format"));
    assert!(with("\"format\":1", "\"format\":2").contains("another format"));
}

#[test]
fn hostile_numbers_in_the_footer_are_refused() {
    let archive = Forgery::of(&database(7), SMALL).bytes();
    let footer = archive.len() - trailer::FOOTER;
    let hostile = [0_u32, 1, 3, 5, 1 << 16, 1 << 24, (1 << 24) + 1, 1 << 31, u32::MAX];
    for (field, number) in
        [32, 36, 40, 44].into_iter().flat_map(|field| hostile.map(|number| (field, number)))
    {
        let mut spoilt = archive.clone();
        let place = footer + field..footer + field + 4;
        if spoilt[place.clone()] != number.to_le_bytes() {
            spoilt[place].copy_from_slice(&number.to_le_bytes());
            refusal(&spoilt);
            refusal(&signed_again(spoilt));
        }
    }
}

#[test]
fn the_length_of_the_skippable_frame_has_to_be_right() {
    let forgery = Forgery::of(&database(7), SMALL);
    let data: usize = forgery.frames.iter().map(|(frame, _)| frame.len()).sum();
    for at in data..data + 8 {
        let mut spoilt = forgery.bytes();
        spoilt[at] ^= 1;
        assert!(refusal(&signed_again(spoilt)).contains("no skippable frame of the right length"));
    }
}

#[test]
fn a_newer_format_says_so() {
    let mut archive = archived(&database(7), SMALL);
    let version = archive.len() - 12;
    archive[version] = 2;
    assert_eq!(refusal(&archive), "the archive was made by a newer crm-admin (format 2)");
    archive[version] = 0;
    assert!(refusal(&archive).contains("format 0"));
}

#[test]
fn a_bomb_is_refused_by_its_declared_size() {
    // 4 GiB of zeros, behind the header that such a database would have.
    let mut start = vec![0; FRAME];
    start[..16].copy_from_slice(b"SQLite format 3\0");
    start[16..18].copy_from_slice(&1_u16.to_be_bytes());
    start[28..32].copy_from_slice(&65536_u32.to_be_bytes());
    let mut bomb = Forgery::of(&[start, vec![0; FRAME]].concat(), FRAME);
    bomb.frames.resize(1024, bomb.frames[1].clone());
    bomb.decoded_bytes = 4 << 30;
    let bytes = bomb.bytes();
    assert!(bytes.len() < 400_000, "{}", bytes.len());
    let limited = |max_decoded_bytes| Archive::open(Cursor::new(&bytes), Limits { max_decoded_bytes });
    let error = limited((4 << 30) - 1).unwrap_err();
    assert!(error.to_string().contains("would unpack to 4294967296 bytes, more than --max-size 4294967295"));
    assert_eq!(fault_of(&error).unwrap().kind, Kind::Damaged);
    assert!(limited(4 << 30).is_ok());
    // Declaring less does not help it.
    bomb.decoded_bytes = 1 << 20;
    assert!(Archive::open(Cursor::new(bomb.bytes()), Limits { max_decoded_bytes: 1 << 30 }).is_err());
}

#[test]
fn a_bomb_in_one_frame_stops_at_the_frame() {
    let zeros = foreign(&vec![0; 1 << 20], true, true);
    assert!(
        spoilt(|f| f.frames[1].0 = zeros)
            .contains("it declares 1048576 bytes where the frame table says 1024")
    );
    // A frame whose header lies about what its blocks decode to.
    let mut liar = foreign(&vec![0; 100_000], true, true);
    assert_eq!(liar[4] >> 6, 2, "four bytes of content size");
    liar[5..9].copy_from_slice(&1024_u32.to_le_bytes());
    assert!(spoilt(|f| f.frames[1].0 = liar).contains("does not decode"));
}
