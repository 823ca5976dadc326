// @ts-check
// Codes of countries with their names in the clerk's language, which the browser knows by two letters.

import { codes, regionName } from './shared/countries.js';
import { has, isKnown, locale, t } from './words.js';

/** Codes of passports that are no country's (ICAO Doc 9303-3, section 5); their names are words of the desk. */
const OTHERS = 'EUE GBD GBN GBO GBP GBS UNA UNK UNO XBA XCC XCE XCO XEC XIM XMP XOM XPO XXA XXB XXC XXX'.split(' ');

/** In which language browsers are asked for names. */
const named = () => [isKnown() ? locale() : 'en'];

/** The name of a country, or nothing when the code is none. @param {string} code three letters */
export function countryName(code) {
  if (OTHERS.includes(code)) return has(`country.${code}`) ? t(`country.${code}`) : code;
  return regionName(code, named()[0]) ?? '';
}

/** All codes with their names, in the order of the names. @returns {[string, string][]} */
export function countries() {
  const all = [...codes(), ...OTHERS].map((code) => /** @type {[string, string]} */ ([code, countryName(code)]));
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
