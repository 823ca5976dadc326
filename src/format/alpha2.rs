//! ISO 3166-1 alpha-2 codes ↔ the alpha-3 codes of our records: HCERT and Claim 169 use the short ones.

use crate::credential::country::Country;

/// The two letters, then the three, in the order of the latter. `XK` is what Kosovo uses (ICAO Doc 9303 has `RKS`).
const PAIRS: &str = "AWABW AFAFG AOAGO AIAIA AXALA ALALB ADAND AEARE ARARG AMARM ASASM AQATA TFATF AGATG AUAUS ATAUT AZAZE BIBDI \
BEBEL BJBEN BQBES BFBFA BDBGD BGBGR BHBHR BSBHS BABIH BLBLM BYBLR BZBLZ BMBMU BOBOL BRBRA BBBRB BNBRN BTBTN \
BVBVT BWBWA CFCAF CACAN CCCCK CHCHE CLCHL CNCHN CICIV CMCMR CDCOD CGCOG CKCOK COCOL KMCOM CVCPV CRCRI CUCUB \
CWCUW CXCXR KYCYM CYCYP CZCZE DEDEU DJDJI DMDMA DKDNK DODOM DZDZA ECECU EGEGY ERERI EHESH ESESP EEEST ETETH \
FIFIN FJFJI FKFLK FRFRA FOFRO FMFSM GAGAB GBGBR GEGEO GGGGY GHGHA GIGIB GNGIN GPGLP GMGMB GWGNB GQGNQ GRGRC \
GDGRD GLGRL GTGTM GFGUF GUGUM GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IMIMN ININD IOIOT IEIRL IRIRN \
IQIRQ ISISL ILISR ITITA JMJAM JEJEY JOJOR JPJPN KZKAZ KEKEN KGKGZ KHKHM KIKIR KNKNA KRKOR KWKWT LALAO LBLBN \
LRLBR LYLBY LCLCA LILIE LKLKA LSLSO LTLTU LULUX LVLVA MOMAC MFMAF MAMAR MCMCO MDMDA MGMDG MVMDV MXMEX MHMHL \
MKMKD MLMLI MTMLT MMMMR MEMNE MNMNG MPMNP MZMOZ MRMRT MSMSR MQMTQ MUMUS MWMWI MYMYS YTMYT NANAM NCNCL NENER \
NFNFK NGNGA NINIC NUNIU NLNLD NONOR NPNPL NRNRU NZNZL OMOMN PKPAK PAPAN PNPCN PEPER PHPHL PWPLW PGPNG PLPOL \
PRPRI KPPRK PTPRT PYPRY PSPSE PFPYF QAQAT REREU XKRKS ROROU RURUS RWRWA SASAU SDSDN SNSEN SGSGP GSSGS SHSHN \
SJSJM SBSLB SLSLE SVSLV SMSMR SOSOM PMSPM RSSRB SSSSD STSTP SRSUR SKSVK SISVN SESWE SZSWZ SXSXM SCSYC SYSYR \
TCTCA TDTCD TGTGO THTHA TJTJK TKTKL TMTKM TLTLS TOTON TTTTO TNTUN TRTUR TVTUV TWTWN TZTZA UGUGA UAUKR UMUMI \
UYURY USUSA UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM YEYEM ZAZAF ZMZMB ZWZWE";

/// The code of two letters, when ISO 3166-1 has one.
pub fn alpha2_of(country: Country) -> Option<&'static str> {
    PAIRS.split_ascii_whitespace().find(|pair| &pair[2..] == country.as_str()).map(|pair| &pair[..2])
}

/// The country of a code of two capital letters.
pub fn country_of_alpha2(code: &str) -> Option<Country> {
    let pair = PAIRS.split_ascii_whitespace().find(|pair| &pair[..2] == code)?;
    Country::parse(&pair[2..]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_leads_there_and_back() {
        assert_eq!(PAIRS.split_ascii_whitespace().count(), 249 + 1);
        for pair in PAIRS.split_ascii_whitespace() {
            let country = country_of_alpha2(&pair[..2]).unwrap();
            assert_eq!(alpha2_of(country), Some(&pair[..2]));
        }
    }

    #[test]
    fn codes_that_only_icao_has_are_not_shortened() {
        assert_eq!(alpha2_of(Country::parse("XXA").unwrap()), None);
        assert_eq!(country_of_alpha2("ke"), None);
        assert_eq!(country_of_alpha2("QQ"), None);
    }
}
