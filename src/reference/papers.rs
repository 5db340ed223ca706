//! Small valid files with a person's name inside: PDF, PNG, plain text and CSV.

use super::chance::Chance;
use super::dealings::Subject;
use super::people::slug;

/// A file of somebody: its name, its media type and its bytes.
pub fn paper(subject: &Subject<'_>, day: &str, chance: &mut Chance) -> (String, &'static str, Vec<u8>) {
    let full = subject.person.full_name();
    let kind = chance.pick(&["Contrat", "Devis", "Bon de commande", "Attestation"]);
    let file = format!("{}_{}_{}", kind.replace(' ', "_"), slug(subject.person.family), &day[..7]);
    match chance.below(10) {
        0..=4 => (format!("{file}.pdf"), "application/pdf", pdf(&[kind, &full, subject.email, day])),
        5..=6 => {
            let text = format!("{kind}\n{full}\n{}\n{}\nLe {day}\n", subject.email, subject.phone);
            (format!("{file}.txt"), "text/plain", text.into_bytes())
        }
        7 => {
            let text = format!("nom;mail;telephone\r\n{full};{};{}\r\n", subject.email, subject.phone);
            (format!("Fiche {full}.csv"), "text/csv", text.into_bytes())
        }
        _ => (format!("Carte de visite {full}.png"), "image/png", png(&full)),
    }
}

/// A page of lines. Text is in Latin-1, as in many PDF files, so a name with accents is not UTF-8 in there.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut content = b"BT /F1 12 Tf 72 770 Td 16 TL\n".to_vec();
    for line in lines {
        content.push(b'(');
        content.extend(line.chars().map(latin_1).flat_map(escaped));
        content.extend_from_slice(b") Tj T*\n");
    }
    content.extend_from_slice(b"ET\n");
    let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
    stream.extend_from_slice(&content);
    stream.extend_from_slice(b"endstream");
    let objects: [&[u8]; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        &stream,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ];
    let mut file = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = "xref\n0 6\n0000000000 65535 f \n".to_owned();
    for (index, object) in objects.into_iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    let trailer = format!("{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(trailer.as_bytes());
    file
}

fn latin_1(letter: char) -> u8 {
    u8::try_from(u32::from(letter)).unwrap_or(b'?')
}

fn escaped(byte: u8) -> impl Iterator<Item = u8> {
    let backslash = matches!(byte, b'(' | b')' | b'\\').then_some(b'\\');
    backslash.into_iter().chain([byte])
}

/// One grey dot, whose title is the name.
fn png(title: &str) -> Vec<u8> {
    // One row of one grey byte, in a zlib stream that stores it uncompressed, with its Adler-32 sum.
    const ROW: [u8; 13] = [0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, 0x00, 0x80, 0x00, 0x82, 0x00, 0x81];
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let text = [b"Title\0\0\0\0\0".as_slice(), title.as_bytes()].concat();
    chunk(&mut file, b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    chunk(&mut file, b"iTXt", &text);
    chunk(&mut file, b"IDAT", &ROW);
    chunk(&mut file, b"IEND", b"");
    file
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let from = file.len();
    file.extend_from_slice(kind);
    file.extend_from_slice(data);
    let sum = crc_32(&file[from..]);
    file.extend_from_slice(&sum.to_be_bytes());
}

/// The checksum of PNG chunks (ISO 3309), bit by bit: the files are small.
fn crc_32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_norm() {
        assert_eq!(crc_32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc_32(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn a_pdf_knows_where_its_objects_are() {
        let file = pdf(&["Élodie (Lyon)"]);
        let text = |from: usize| String::from_utf8_lossy(&file[from..]);
        assert!(file.windows(20).any(|window| window == b"(\xc9lodie \\(Lyon\\)) Tj"));
        let table = file.windows(5).position(|window| window == b"xref\n").unwrap();
        assert!(text(table).ends_with(&format!("startxref\n{table}\n%%EOF\n")));
        for (index, line) in text(table).lines().skip(3).take(5).enumerate() {
            let at: usize = line[..10].parse().unwrap();
            assert!(text(at).starts_with(&format!("{} 0 obj\n", index + 1)));
        }
    }

    #[test]
    fn a_png_carries_the_name() {
        let file = png("Zoé Lefèvre");
        assert!(file.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert!(file.windows(13).any(|window| window == "Zoé Lefèvre".as_bytes()));
    }
}
