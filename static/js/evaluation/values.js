/**
 * Reads what was typed: the same values and faults as `instruments/evaluation/values.py`.
 * Exact decimals are BigInt at the item's scale, everything else is text.
 */

/* ---- text: instruments/evaluation/text.py ---- */

const ASCII_ONLY = /^[\0-\x7f]*$/;
const ASCII_OUTER = /^[\t\n\v\f\r ]+|[\t\n\v\f\r ]+$/g;
const OUTER =
  /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;
const NOT_KEPT = /[^\u2033]+/gu;
const FORBIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]/u;
const SHOWN_LENGTH = 40;

const folded = (text) => text.replace(NOT_KEPT, (part) => part.normalize("NFKC"));
const lengthOf = (text) => [...text].length;
const isOwn = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

/** A property of its own, never one that every object has. */
export const at = (object, key) => (object && isOwn(object, key) ? object[key] : undefined);

/** NFKC, invisible marks and outer blanks off; what is inside a text stays. */
export function normalise(raw) {
  if (ASCII_ONLY.test(raw)) return raw.replace(ASCII_OUTER, "");
  return folded(folded(raw).replace(INVISIBLE, "")).replace(OUTER, "");
}

function shown(text) {
  const points = [...text];
  return points.length <= SHOWN_LENGTH ? text : `${points.slice(0, SHOWN_LENGTH).join("")}…`;
}

/* ---- values: instruments/evaluation/values.py and parsing/ ---- */

export const BLANK = { value: null, canonical: "", fault: null };
const reading = (value, canonical, fault = null) => ({ value, canonical, fault });
const wrong = (text, code, args = { raw: shown(text) }) => reading(null, text, { code, args });
const matched = (pattern, text) => pattern.exec(text);

const NUMBER = /^([+-]?)([0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]*)(?:\.([0-9]*))?$/;
const LONGEST_NUMBER = 60;

function readNumber(item, text) {
  const found = lengthOf(text) <= LONGEST_NUMBER ? matched(NUMBER, text) : null;
  if (!found || !(found[2] || found[3])) return wrong(text, "not_a_number");
  const whole = found[2].replace(/[, ]/g, "").replace(/^0+/, "");
  const decimals = found[3] || "";
  const needed = decimals.replace(/0+$/, "");
  if (needed.length > item.scale) {
    if (item.scale === 0) return wrong(text, "not_whole");
    return wrong(text, "too_many_decimals", { allowed: item.scale, found: needed.length });
  }
  const allowed = item.digits - item.scale;
  if (whole.length > allowed) return wrong(text, "too_many_digits", { allowed, found: whole.length });
  const value = BigInt((whole || "0") + needed.padEnd(item.scale, "0"));
  const kept = decimals.slice(0, item.scale);
  const canonical = (whole || "0") + (kept ? `.${kept}` : "");
  return found[1] === "-" && value ? reading(-value, `-${canonical}`) : reading(value, canonical);
}

function readYear(item, text) {
  const year = (text.endsWith("年") ? text.slice(0, -1) : text).replace(/ +$/, "");
  return /^[12][0-9]{3}$/.test(year) ? reading(BigInt(year), year) : wrong(text, "not_a_year");
}

const DATE =
  /^(?:([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?日?|([0-9]{4})([0-9]{2})([0-9]{2}))$/u;
const MONTH = /^(?:([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?月?|([0-9]{4})([0-9]{2}))$/u;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const pad = (number, width) => String(number).padStart(width, "0");
const isMonth = (year, month) => year >= 1000 && year <= 2999 && month >= 1 && month <= 12;

function isDate(year, month, day) {
  if (!isMonth(year, month) || day < 1) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= DAYS[month - 1] + (leap ? 1 : 0);
}

function readDate(item, text) {
  const found = matched(DATE, text);
  if (!found) return wrong(text, "not_a_date");
  const [year, month, day] = found.slice(1).filter((part) => part !== undefined).map(Number);
  if (!isDate(year, month, day)) return wrong(text, "no_such_date");
  const value = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  return reading(value, value);
}

function readMonth(item, text) {
  const found = matched(MONTH, text);
  if (!found) return wrong(text, "not_a_month");
  const [year, month] = found.slice(1).filter((part) => part !== undefined).map(Number);
  if (!isMonth(year, month)) return wrong(text, "no_such_month");
  const value = `${pad(year, 4)}-${pad(month, 2)}`;
  return reading(value, value);
}

const HEMISPHERE = /^(?:[ENen]|东经|北纬) ?| ?[ENen]$/g;
const SIGNS = /[°o度:′'’‘`´分″"”“秒 ]+/g;
const COORDINATE_NUMBER = /^([0-9]{1,3})(?:\.([0-9]{1,15}))?$/;
const LONGEST_COORDINATE = 40;

function readCoordinate(item, text) {
  const bare = text.replace(HEMISPHERE, "").replace(SIGNS, " ");
  const parts = bare.replace(/^ +| +$/g, "").split(" ");
  const isShort = lengthOf(text) <= LONGEST_COORDINATE;
  if (isShort && parts.length === 1) return readDegrees(text, parts[0]);
  if (!isShort || parts.length !== 3) return wrong(text, "not_a_coordinate");
  return readDegreesMinutesSeconds(text, parts);
}

function readDegrees(text, part) {
  const found = matched(COORDINATE_NUMBER, part);
  if (!found) return wrong(text, "not_a_coordinate");
  const decimals = found[2] || "";
  const unit = 10n ** BigInt(decimals.length);
  return checkedCoordinate(text, (2n * BigInt(found[1] + decimals) * 360000n + unit) / (2n * unit));
}

function readDegreesMinutesSeconds(text, [degrees, minutes, seconds]) {
  const found = matched(COORDINATE_NUMBER, seconds);
  const whole = /^[0-9]{1,3}$/;
  if (!whole.test(degrees) || !whole.test(minutes) || !found) return wrong(text, "not_a_coordinate");
  if (Number(minutes) >= 60) return wrong(text, "coordinate_minutes", { found: minutes });
  if (Number(found[1]) >= 60) return wrong(text, "coordinate_seconds", { found: seconds });
  const decimals = (found[2] || "").replace(/0+$/, "");
  if (decimals.length > 2) return wrong(text, "coordinate_decimals", { found: decimals.length });
  const rest = BigInt(found[1]) * 100n + BigInt(decimals.padEnd(2, "0"));
  return checkedCoordinate(text, BigInt(degrees) * 360000n + BigInt(minutes) * 6000n + rest);
}

function checkedCoordinate(text, hundredths) {
  if (hundredths > 180n * 360000n) return wrong(text, "coordinate_degrees");
  const rest = hundredths % 6000n;
  const minutes = hundredths / 6000n;
  const written = `${minutes / 60n}°${pad(minutes % 60n, 2)}′${pad(rest / 100n, 2)}.${pad(rest % 100n, 2)}″`;
  return reading(hundredths, written);
}

const YES_OR_NO = { 1: "1", 是: "1", y: "1", yes: "1", 2: "2", 否: "2", n: "2", no: "2" };

function readYesNo(item, text) {
  const value = at(YES_OR_NO, text.toLowerCase());
  return value === undefined ? wrong(text, "not_yes_or_no") : reading(value, value);
}

function readChoices(item, text) {
  const codes = [...new Set(text.split(/[,;、/| ]+/).filter(Boolean))].join(",");
  return reading(codes ? `,${codes},` : null, codes);
}

const suspect = (value, code, args) => reading(value, value, { code, args });

function readDivision(item, text) {
  const code = text.replace(/ /g, "");
  if (/^[0-9]{12}$/.test(code)) return reading(code, code);
  return suspect(code, "not_a_division", { raw: shown(text) });
}

function readPhone(item, text) {
  if (text.length <= 41 && /^[+(]?[0-9](?:[ ()+/,;转-]*[0-9]){4}[0-9 ()+/,;转-]*$/.test(text)) return reading(text, text);
  return suspect(text, "not_a_phone_number", { raw: shown(text) });
}

const CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const DEPARTMENTS = "123456789ANY";
const FORBIDDEN_LETTERS = "IOSVZ";

function checkCharacter(body, characters, weights, checks) {
  const total = weights.reduce((sum, weight, place) => sum + characters.indexOf(body[place]) * weight, 0);
  return checks[(checks.length - (total % checks.length)) % checks.length];
}

const creditCheck = (code) => checkCharacter(code, CREDIT_CHARACTERS, CREDIT_WEIGHTS, CREDIT_CHARACTERS);
const organisationCheck = (code) =>
  checkCharacter(code, ORGANISATION_CHARACTERS, ORGANISATION_WEIGHTS, "0123456789X");

function misplaced(points, characters, isAmong) {
  const place = points.findIndex((point) => characters.includes(point) === isAmong);
  return place < 0 ? null : { position: place + 1, character: points[place] };
}

function readCreditCode(item, text) {
  const code = text.toUpperCase().replace(/[ -]+/g, "");
  const points = [...code];
  if (points.length !== 18) return suspect(code, "credit_length", { found: points.length });
  const letter = misplaced(points, FORBIDDEN_LETTERS, true);
  if (letter) return suspect(code, "credit_letter", letter);
  const character = misplaced(points, CREDIT_CHARACTERS, false);
  if (character) return suspect(code, "credit_character", character);
  if (!DEPARTMENTS.includes(code[0])) return suspect(code, "credit_department", { character: code[0] });
  if (!/^[0-9]{6}$/.test(code.slice(2, 8))) return suspect(code, "credit_registrar", {});
  let expected = creditCheck(code);
  if (expected !== code[17]) return suspect(code, "credit_check", { expected, character: code[17] });
  expected = organisationCheck(code.slice(8));
  if (expected === code[16]) return reading(code, code);
  return suspect(code, "credit_organisation_check", { expected, character: code[16] });
}

function readOrganisationCode(item, text) {
  const code = text.toUpperCase().replace(/[ -]+/g, "");
  const points = [...code];
  if (points.length !== 9) return suspect(code, "organisation_length", { found: points.length });
  const character = misplaced(points, ORGANISATION_CHARACTERS, false);
  if (character) return suspect(code, "organisation_character", character);
  const expected = organisationCheck(code);
  if (expected === code[8]) return reading(code, code);
  return suspect(code, "organisation_check", { expected, character: code[8] });
}

function readText(item, text) {
  const found = lengthOf(text);
  if (found > item.maxLength) return wrong(text, "too_long", { allowed: item.maxLength, found });
  if (item.pattern && !item.pattern.test(text)) {
    return suspect(text, "wrong_pattern", { pattern: item.patternText, raw: shown(text) });
  }
  return reading(text, text);
}

const READERS = {
  decimal: readNumber,
  integer: readNumber,
  year: readYear,
  date: readDate,
  year_month: readMonth,
  yes_no: readYesNo,
  multi_choice: readChoices,
  coordinate: readCoordinate,
  credit_code: readCreditCode,
  organisation_code: readOrganisationCode,
  division: readDivision,
  phone: readPhone,
};

/** One raw text as `{value, canonical, fault}`; a fault names a sentence. */
export function read(item, raw) {
  const text = raw ? normalise(raw) : "";
  if (!text) return BLANK;
  if (FORBIDDEN.test(text)) return wrong(text, "control_character", {});
  const found = (at(READERS, item.type) || readText)(item, text);
  if (found.value === null || found.fault) return found;
  const beyond = (code, bound) => ({ ...found, fault: { code, args: { bound, raw: shown(found.canonical) } } });
  if (item.minimum !== null && found.value < item.minimum) return beyond("below_minimum", item.minimumText);
  if (item.maximum !== null && found.value > item.maximum) return beyond("above_maximum", item.maximumText);
  return found;
}

const SETS = new WeakMap();

/** A list of codes for look-up; made once. */
export function asSet(codes) {
  if (codes instanceof Set) return codes;
  if (!SETS.has(codes)) SETS.set(codes, new Set(codes));
  return SETS.get(codes);
}

/** The first code that is not in the list; several choices are checked one by one. */
export function listFault(found, codes) {
  if (typeof found.value !== "string") return null;
  const several = found.value.startsWith(",");
  for (const code of several ? found.canonical.split(",") : [found.value]) {
    if (!codes.has(code)) return { code: "not_in_list", args: { raw: shown(code) } };
  }
  return null;
}
