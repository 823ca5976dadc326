//! What the file says about itself: the XMP packet (ISO 16684-1), and the same as an information dictionary
//! (ISO 32000-1 §14.3.3) for readers that show nothing else.
//!
//! The packet claims PDF/A-3a (ISO 19005-3 §6.6.4) and PDF/UA-1 (ISO 14289-1 §5). PDF/A asks that properties it does not know
//! are described in the packet itself; `pdfuaid:part` is one.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pdf_writer::{Date, Name, Ref, TextStr};

use super::objects::Pieces;
use crate::print::book::BookMeta;

const PRODUCER: &str = concat!("nansen ", env!("CARGO_PKG_VERSION"));

/// A time as PDF writes it (§7.9.4).
pub(super) fn date(time: Timestamp) -> Date {
    let time = time.to_zoned(TimeZone::UTC);
    Date::new(time.year().max(0) as u16)
        .month(time.month() as u8)
        .day(time.day() as u8)
        .hour(time.hour() as u8)
        .minute(time.minute() as u8)
        .second(time.second() as u8)
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

/// Writes packet and dictionary.
pub(in crate::print) fn write(pieces: &mut Pieces, packet_id: Ref, info_id: Ref, meta: &BookMeta) {
    let packet = packet(meta);
    // Not compressed, so that programs that know no PDF find it.
    let mut stream = pieces.whole(packet_id).stream(packet_id, packet.as_bytes());
    stream.pair(Name(b"Type"), Name(b"Metadata")).pair(Name(b"Subtype"), Name(b"XML"));
    drop(stream);
    let mut info = pieces.small(info_id).indirect(info_id).start::<pdf_writer::writers::DocumentInfo<'_>>();
    info.title(TextStr(&meta.title)).creator(TextStr(PRODUCER)).producer(TextStr(PRODUCER));
    if !meta.author.is_empty() {
        info.author(TextStr(&meta.author));
    }
    info.creation_date(date(meta.created)).modified_date(date(meta.created));
}

/// A text as XML holds it; what XML cannot hold becomes a space.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => " ".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

fn packet(meta: &BookMeta) -> String {
    let title = escaped(&meta.title);
    let author = escaped(&meta.author);
    let time = meta.created.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let language = escaped(&meta.language);
    let languages = if language.is_empty() {
        String::new()
    } else {
        format!("<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>\n")
    };
    let creators = if author.is_empty() {
        String::new()
    } else {
        format!("<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\n")
    };
    format!(
        r#"<?xpacket begin="{bom}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
{creators}{languages}<xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool>
<xmp:CreateDate>{time}</xmp:CreateDate>
<xmp:ModifyDate>{time}</xmp:ModifyDate>
<xmp:MetadataDate>{time}</xmp:MetadataDate>
<pdf:Producer>{PRODUCER}</pdf:Producer>
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"#,
        bom = '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_break_out_of_the_packet() {
        let meta = BookMeta { title: "a</rdf:li>&\u{1}".to_owned(), ..BookMeta::default() };
        let packet = packet(&meta);
        assert!(packet.contains("a&lt;/rdf:li&gt;&amp; "));
    }
}
