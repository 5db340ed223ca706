//! Masks for files: a small valid file of the same type, and a name that tells nothing.

use super::key::Purpose;
use super::masker::Masker;
use super::style::{cut, slug};
use super::zip::archive;
use crate::store::ValueRef;

/// The types of files that are told apart by their first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Pdf,
    Png,
    Jpeg,
    Gif,
    Odt,
    Ods,
    Docx,
    Xlsx,
    Zip,
    Text,
    Other,
}

/// One pixel each.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\nIDATx\x9cc\xf8\x0f\0\x01\x01\x01\0\xb18\xf6\x14\0\0\0\0IEND\xaeB`\x82";
const GIF: &[u8] = b"GIF87a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
const JPEG: &[u8] = include_bytes!("white.jpg");
/// Where a zip archive's first names stand.
const SNIFFED: usize = 4096;
/// Extensions are kept up to this length; a longer one may be a name.
const MOST_EXTENSION: usize = 5;

/// Whether a file is what stands for a file already: it shows nothing of anybody, and comes out as it went in.
pub fn is_stub(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Blob(bytes) => stub(bytes) == bytes,
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).is_ok_and(|text| stub_text(text) == text),
        _ => false,
    }
}

impl Type {
    fn of(bytes: &[u8]) -> Self {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        let head = &bytes[..bytes.len().min(SNIFFED)];
        let holds = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
        match () {
            () if starts(b"%PDF-") => Type::Pdf,
            () if starts(b"\x89PNG") => Type::Png,
            () if starts(b"\xff\xd8\xff") => Type::Jpeg,
            () if starts(b"GIF8") => Type::Gif,
            () if starts(b"PK\x03\x04") && holds(b"opendocument.text") => Type::Odt,
            () if starts(b"PK\x03\x04") && holds(b"opendocument.spreadsheet") => Type::Ods,
            () if starts(b"PK\x03\x04") && holds(b"word/") => Type::Docx,
            () if starts(b"PK\x03\x04") && holds(b"xl/") => Type::Xlsx,
            () if starts(b"PK\x03\x04") => Type::Zip,
            () if std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0) => Type::Text,
            () => Type::Other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Type::Pdf => "PDF",
            Type::Png => "PNG",
            Type::Jpeg => "JPEG",
            Type::Gif => "GIF",
            Type::Odt => "ODT",
            Type::Ods => "ODS",
            Type::Docx => "DOCX",
            Type::Xlsx => "XLSX",
            Type::Zip => "ZIP",
            Type::Text => "text",
            Type::Other => "unknown type",
        }
    }

    fn file(self, length: usize) -> Vec<u8> {
        let text = format!("content removed ({length} bytes, {})", self.name());
        match self {
            Type::Pdf => pdf(&text),
            Type::Png => PNG.to_vec(),
            Type::Jpeg => JPEG.to_vec(),
            Type::Gif => GIF.to_vec(),
            Type::Odt => open_document("text", &format!("<text:p>{text}</text:p>")),
            Type::Ods => open_document("spreadsheet", "<table:table table:name=\"1\"/>"),
            Type::Docx => word_document(&text),
            Type::Xlsx => workbook(),
            Type::Zip => archive(&[("removed.txt", &text)]),
            Type::Text | Type::Other => text.into_bytes(),
        }
    }
}

/// A small valid file of the same type; where the type is unknown, one line of text.
pub(super) fn stub(bytes: &[u8]) -> Vec<u8> {
    Type::of(bytes).file(bytes.len())
}

/// The same for a file that is written in text: plain, in base64, or in a `data:` address.
pub(super) fn stub_text(text: &str) -> String {
    const STARTS: [(&str, Type); 5] = [
        ("JVBERi0", Type::Pdf),
        ("iVBORw0KGgo", Type::Png),
        ("/9j/", Type::Jpeg),
        ("R0lGOD", Type::Gif),
        ("UEsDB", Type::Zip),
    ];
    let data = text.trim_start();
    let body =
        data.split_once("base64,").filter(|_| data.starts_with("data:")).map_or(data, |(_, body)| body);
    let Some((_, kind)) = STARTS.iter().find(|(start, _)| body.starts_with(start)) else {
        return String::from_utf8_lossy(&Type::Text.file(text.len())).into_owned();
    };
    let encoded = base_64(&kind.file(text.len()));
    let mime = match kind {
        Type::Pdf => "application/pdf",
        Type::Png => "image/png",
        Type::Jpeg => "image/jpeg",
        Type::Gif => "image/gif",
        _ => "application/zip",
    };
    if body.len() < data.len() { format!("data:{mime};base64,{encoded}") } else { encoded }
}

fn base_64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().chain(&[0; 2]).take(3).fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        for place in 0..4 {
            let sign = SIGNS[(word >> (18 - 6 * place) & 63) as usize] as char;
            out.push(if place <= chunk.len() { sign } else { '=' });
        }
    }
    out
}

/// A PDF of one small page with one line.
fn pdf(text: &str) -> Vec<u8> {
    let line = text.replace(['(', ')', '\\'], " ");
    let stream = format!("BT /F1 12 Tf 20 60 Td ({line}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 120]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>stream\n{stream}\nendstream", stream.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (place, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.push_str(&format!("{} 0 obj{object}endobj\n", place + 1));
    }
    let start = out.len();
    let count = objects.len() + 1;
    out.push_str(&format!(
        "xref\n0 {count}\n{table}trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    ));
    out.into_bytes()
}

fn open_document(kind: &str, body: &str) -> Vec<u8> {
    let mime = format!("application/vnd.oasis.opendocument.{kind}");
    let urn = "urn:oasis:names:tc:opendocument:xmlns";
    let content = format!(
        "<office:document-content xmlns:office=\"{urn}:office:1.0\" xmlns:text=\"{urn}:text:1.0\" \
         xmlns:table=\"{urn}:table:1.0\" office:version=\"1.2\"><office:body><office:{kind}>{body}</office:{kind}>\
         </office:body></office:document-content>"
    );
    let manifest = format!(
        "<manifest:manifest xmlns:manifest=\"{urn}:manifest:1.0\" manifest:version=\"1.2\">\
         <manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{mime}\"/>\
         <manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>"
    );
    archive(&[("mimetype", &mime), ("content.xml", &content), ("META-INF/manifest.xml", &manifest)])
}

const OFFICE: &str = "http://schemas.openxmlformats.org";

/// The two files that every Office archive begins with.
fn office_frame(part: &str, kind: &str) -> (String, String) {
    let types = format!(
        "<Types xmlns=\"{OFFICE}/package/2006/content-types\"><Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
         ContentType=\"application/xml\"/><Override PartName=\"/{part}\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.{kind}.main+xml\"/></Types>"
    );
    (types, relation("officeDocument", part))
}

fn relation(kind: &str, target: &str) -> String {
    format!(
        "<Relationships xmlns=\"{OFFICE}/package/2006/relationships\"><Relationship Id=\"rId1\" \
         Type=\"{OFFICE}/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/></Relationships>"
    )
}

fn word_document(text: &str) -> Vec<u8> {
    let (types, relations) = office_frame("word/document.xml", "wordprocessingml.document");
    let body = format!(
        "<w:document xmlns:w=\"{OFFICE}/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>\
         </w:body></w:document>"
    );
    archive(&[("[Content_Types].xml", &types), ("_rels/.rels", &relations), ("word/document.xml", &body)])
}

fn workbook() -> Vec<u8> {
    let (types, relations) = office_frame("xl/workbook.xml", "spreadsheetml.sheet");
    let sheet_type = "<Override PartName=\"/xl/worksheets/sheet1.xml\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>";
    let types = types.replace("</Types>", sheet_type);
    let main = format!("{OFFICE}/spreadsheetml/2006/main");
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{OFFICE}/officeDocument/2006/relationships\"><sheets>\
         <sheet name=\"1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData/></worksheet>");
    archive(&[
        ("[Content_Types].xml", &types),
        ("_rels/.rels", &relations),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &relation("worksheet", "worksheets/sheet1.xml")),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

/// The part of a file name's mask that tells it from others: 50 bits.
const NAME_TAG: usize = 10;

impl Masker {
    /// Another name with the same short extension; each folder of a path becomes a word.
    pub(super) fn document_name(&self, value: &str, turn: u32, most: usize) -> String {
        let value = value.trim();
        let mark = value.chars().find(|c| matches!(c, '/' | '\\'));
        let mut path = String::new();
        let mut name = value;
        if let Some(mark) = mark {
            let segments: Vec<&str> = value.split(mark).collect();
            for segment in &segments[..segments.len() - 1] {
                path.push_str(&self.file_word(segment, turn));
                path.push(mark);
            }
            name = segments[segments.len() - 1];
        }
        if name.is_empty() {
            return cut(&path, most).to_owned();
        }
        let short = |end: &&str| {
            (1..=MOST_EXTENSION).contains(&end.len())
                && end.bytes().all(|b| b.is_ascii_alphanumeric())
                && !crate::words::is_given_name(end)
                && !crate::words::is_family_name(end)
        };
        let extension = name.rsplit_once('.').map(|(_, end)| end).filter(short);
        let tail = extension.map(|end| format!(".{end}")).unwrap_or_default();
        let tag = self.key.draw(Purpose::FileName, turn, value.as_bytes()).tag(NAME_TAG);
        let stem = format!("{path}{}", self.file_word(name, turn));
        let room = most.saturating_sub(tag.len() + tail.len() + 1);
        let stem = cut(&stem, room);
        let between = if stem.is_empty() { "" } else { "_" };
        cut(&format!("{stem}{between}{tag}{tail}"), most).to_owned()
    }

    fn file_word(&self, segment: &str, turn: u32) -> String {
        if segment.is_empty() || segment == "." || segment == ".." {
            return segment.to_owned();
        }
        let words = crate::words::words_of_length(8);
        let mut draw = self.key.draw(Purpose::FileName, turn, segment.to_lowercase().as_bytes());
        let word = words.get(draw.below(words.len())).copied().unwrap_or("document");
        format!("{}-{}", slug(word), draw.tag(3))
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::super::zip::crc_32;
    use super::*;

    #[test]
    fn every_stub_is_of_its_own_type() {
        for kind in [
            Type::Pdf,
            Type::Png,
            Type::Jpeg,
            Type::Gif,
            Type::Odt,
            Type::Ods,
            Type::Docx,
            Type::Xlsx,
            Type::Zip,
            Type::Text,
        ] {
            let file = kind.file(12);
            assert_eq!(Type::of(&file), kind);
            assert_eq!(stub(&file), kind.file(file.len()));
        }
        assert_eq!(Type::of(&[0, 1, 2]), Type::Other);
    }

    #[test]
    fn what_stands_for_a_file_is_told_from_a_file() {
        let real: [&[u8]; 3] = [b"%PDF-1.4 (Marie Durand) %%EOF", b"\x89PNG\r\n\x1a\n", b"content removed"];
        for file in real {
            assert!(!is_stub(ValueRef::Blob(file)) && !is_stub(ValueRef::Text(file)));
            // Its length is written in it, so it takes a few copies of copies to come out as it went in.
            let last = (0..4).fold(file.to_vec(), |copy, _| stub(&copy));
            assert!(is_stub(ValueRef::Blob(&last)));
        }
    }

    #[test]
    fn the_chunks_of_the_png_have_their_checksums() {
        let mut rest = &PNG[8..];
        let mut chunks = 0;
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().expect("four bytes")) as usize;
            let sum = u32::from_be_bytes(rest[8 + length..12 + length].try_into().expect("four bytes"));
            assert_eq!(crc_32(&rest[4..8 + length]), sum);
            rest = &rest[12 + length..];
            chunks += 1;
        }
        assert_eq!(chunks, 3);
    }

    #[test]
    fn the_table_of_the_pdf_points_at_its_objects() {
        let file = String::from_utf8(pdf("x")).expect("ASCII");
        let start: usize = file.lines().rev().nth(1).and_then(|line| line.parse().ok()).expect("a number");
        assert!(file[start..].starts_with("xref"));
        let offsets =
            file[start..].lines().skip(3).take(5).map(|line| line[..10].parse::<usize>().expect("a number"));
        for (place, offset) in offsets.enumerate() {
            assert!(file[offset..].starts_with(&format!("{} 0 obj", place + 1)));
        }
    }

    #[test]
    fn a_file_in_base_64_stays_one() {
        assert_eq!(base_64(b"ab"), "YWI=");
        assert!(stub_text("JVBERi0xLjQKsecret").starts_with("JVBERi0"));
        assert!(
            stub_text("data:image/png;base64,iVBORw0KGgoAAAA")
                .starts_with("data:image/png;base64,iVBORw0KGgo")
        );
        assert!(stub_text("Cher Paul").starts_with("content removed"));
    }

    #[test]
    fn a_name_keeps_its_extension_only() {
        let masker = masker();
        let mask = masker.document_name("Contrat_Tanguy_0.txt", 0, 80);
        assert!(mask.ends_with(".txt") && !mask.to_lowercase().contains("tanguy"), "{mask}");
        assert!(!masker.document_name("contrat.durand", 0, 80).contains("durand"));
        let path = masker.document_name("clients/Durand/devis.pdf", 0, 80);
        assert_eq!(path.matches('/').count(), 2);
        for most in 0..40 {
            assert!(masker.document_name("clients/Durand/devis.pdf", 0, most).chars().count() <= most);
        }
    }
}
