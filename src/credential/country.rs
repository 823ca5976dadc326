//! Country and nationality codes: ISO 3166-1 alpha-3, and the further codes of ICAO Doc 9303-3 §5.

use std::fmt;
use std::sync::LazyLock;

use super::language::WordTable;

static NAMES: LazyLock<WordTable> = LazyLock::new(|| WordTable::read(include_str!("../../templates/countries.tsv")));

/// Codes of ISO 3166-1 alpha-3, in order.
const ISO_3166_1: &str = "ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR \
BHR BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB \
CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB \
GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY \
JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL \
MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN \
PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM \
SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR UMI URY \
USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE";

/// Further codes of ICAO Doc 9303-3 §5, parts B to D: `XXA` stateless, `XXB` refugee (1951 Convention), `XXC` other
/// refugee, `XXX` unspecified, and organisations.
const ICAO_9303: &str =
    "EUE GBD GBN GBO GBP GBS RKS UNA UNK UNO XAA XBA XCC XCE XCO XEC XIM XMP XOM XPO XXA XXB XXC XXX";

/// A code that ISO 3166-1 or ICAO Doc 9303 lists: three capital letters.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Country([u8; 3]);

/// A text that no list has.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an ISO 3166-1 or ICAO 9303 code")]
pub struct UnknownCountry;

impl Country {
    /// Reads three letters in upper or lower case.
    pub fn parse(text: &str) -> Result<Self, UnknownCountry> {
        let code = text.to_ascii_uppercase();
        let listed = |list: &str| list.split_ascii_whitespace().any(|listed| listed == code);
        if !listed(ISO_3166_1) && !listed(ICAO_9303) {
            return Err(UnknownCountry);
        }
        code.into_bytes().try_into().map(Self).map_err(|_| UnknownCountry)
    }

    /// The three letters as a number to base 26, A being 0: how a credential carries them.
    pub fn number(self) -> u16 {
        self.0.iter().fold(0, |number, letter| number * 26 + u16::from(letter - b'A'))
    }

    /// Reads [`Country::number`]; a code that no list of today has is kept, because lists grow.
    pub fn from_number(number: u16) -> Option<Self> {
        let letter = |place: u16| b'A' + (number / place % 26) as u8;
        (number < 26 * 26 * 26).then(|| Self([letter(676), letter(26), letter(1)]))
    }

    /// The country's name in the language that serves a reader of `tag` (BCP 47), where there is one.
    pub fn name_in(self, tag: &str) -> Option<&'static str> {
        NAMES.get(self.as_str(), tag)
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three letters")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_code_survives_being_a_number() {
        let codes: Vec<_> = ISO_3166_1.split_ascii_whitespace().chain(ICAO_9303.split_ascii_whitespace()).collect();
        assert_eq!(codes.len(), 249 + 24);
        for code in codes {
            let country = Country::parse(code).unwrap();
            assert_eq!(Country::from_number(country.number()), Some(country));
        }
    }

    #[test]
    fn every_country_has_a_name_in_english_and_many_have_one_in_the_languages_of_their_people() {
        for code in ISO_3166_1.split_ascii_whitespace() {
            assert!(Country::parse(code).unwrap().name_in("en").is_some(), "{code}");
        }
        let eritrea = Country::parse("ERI").unwrap();
        assert_eq!(eritrea.name_in("ti-ER"), Some("ኤርትራ"));
        assert_eq!(eritrea.name_in("rhg"), Some("ইরিত্রিয়া"));
        assert_eq!(eritrea.name_in("xx"), None);
        assert_eq!(Country::parse("XXA").unwrap().name_in("en"), Some("Stateless person"));
    }

    #[test]
    fn the_table_names_no_code_that_nobody_lists() {
        let text = include_str!("../../templates/countries.tsv");
        for line in text.lines().filter(|line| !line.starts_with('#')).skip(1) {
            assert!(Country::parse(line.split('\t').next().unwrap_or_default()).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_code_that_nobody_lists_is_refused() {
        for text in ["QQQ", "", "KE", "KENY", "ÄÄÄ"] {
            assert_eq!(Country::parse(text), Err(UnknownCountry), "{text}");
        }
        assert_eq!(Country::from_number(26 * 26 * 26), None);
    }
}
