// @ts-check
// Codes of countries with their names in the clerk's language, which the browser knows by two letters.

import { has, isKnown, locale, t } from './words.js';

/** ISO 3166-1: alpha-3, and alpha-2 behind it; RKS is ICAO's code for Kosovo. */
const CODES =
  'ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI ' +
  'BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT ' +
  'BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU ' +
  'CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET ' +
  'FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR ' +
  'GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR ' +
  'IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB ' +
  'LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH ' +
  'MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE ' +
  'NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL ' +
  'PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ ' +
  'SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC ' +
  'TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY ' +
  'USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW RKSXK';

/** Codes of passports that are no country's (ICAO Doc 9303-3, section 5); their names are words of the desk. */
const OTHERS = 'EUE GBD GBN GBO GBP GBS UNA UNK UNO XBA XCC XCE XCO XEC XIM XMP XOM XPO XXA XXB XXC XXX'.split(' ');

/** @type {Map<string, string>} */
const TWO = new Map(CODES.split(' ').map((pair) => [pair.slice(0, 3), pair.slice(3)]));

/** In which language browsers are asked for names. */
const named = () => [isKnown() ? locale() : 'en'];

/** The name of a country, or nothing when the code is none. @param {string} code three letters */
export function countryName(code) {
  if (OTHERS.includes(code)) return has(`country.${code}`) ? t(`country.${code}`) : code;
  const two = TWO.get(code);
  if (!two) return '';
  try {
    return new Intl.DisplayNames(named(), { type: 'region' }).of(two) ?? code;
  } catch {
    return code;
  }
}

/** All codes with their names, in the order of the names. @returns {[string, string][]} */
export function countries() {
  const all = [...TWO.keys(), ...OTHERS].map((code) => /** @type {[string, string]} */ ([code, countryName(code)]));
  return all.sort((a, b) => a[1].localeCompare(b[1], locale()));
}

/** The name of a language (BCP 47), or nothing when it has none here. @param {string} tag */
export function languageName(tag) {
  try {
    const name = new Intl.DisplayNames(named(), { type: 'language', fallback: 'none' }).of(tag);
    return name ?? '';
  } catch {
    return '';
  }
}

/** Languages that are often asked for. */
export const TAGS = 'ar fa prs ps ur so am ti om sw fr en es pt rw rn ln uk ru my rhg bn ne hi ta km th zh tr ku ckb el ha ff din nus'.split(' ');
