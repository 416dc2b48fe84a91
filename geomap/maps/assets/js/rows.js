// ---- a place as a row and as a command -----------------------------------------------------------------
var COLUMNS = ['id', 'title', 'lon', 'lat', 'variants', 'feature_class', 'feature_code', 'ccodes', 'admin1', 'parent', 'radius_km',
  'population', 'source', 'start', 'end', 'note'];
var INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/;
// Web Mercator ends here.
var LAST_LAT = 85.0511;
function oneLine(text) {  // one row, one line: breaks and control characters are spaces
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').replace(/\p{Surrogate}/gu, '\ufffd').trim();
}
function degrees(number) {  // six decimals are a decimetre, and String() writes no exponent for what they leave
  return String(+number.toFixed(6));
}
// A number as people write it: a decimal comma, a true minus and a plus sign are read; NaN for anything else.
function readNumber(text) {
  var plain = text.trim().replace('\u2212', '-').replace(/°$/, '');
  if (/^[+-]?\d{1,5},\d{1,15}$/.test(plain)) plain = plain.replace(',', '.');
  return /^[+-]?(\d{1,5}(\.\d{0,15})?|\.\d{1,15})$/.test(plain) ? +plain : NaN;
}
function csvCell(text) {  // quoted where any reader could part or trim it
  return /[",\r\n\u0085\u2028\u2029]|^[#\s]|\s$/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}
// A spreadsheet would run what begins like a formula; geomap takes the one apostrophe off again.
function csvText(text) {
  return csvCell(/^'*[=+\-@\t\r\n]/.test(text) ? "'" + text : text);
}
function csvRow(place) {
  return COLUMNS.map(function (column) {
    var value = place[column] || '';
    if (column === 'lat' || column === 'lon' || column === 'radius_km') return value;
    return csvText(column === 'variants' ? value.join(';') : value);
  }).join(',');
}
function shellWord(text) {
  return "'" + text.replace(/'/g, "'\\''") + "'";
}
function commandOf(place) {
  var dashed = place.title[0] === '-', words = ['geomap gazetteer add'];
  function option(key, value) {
    // With "=" a value that begins with a dash is no option.
    if (value) words.push('--' + key + (value[0] === '-' ? '=' : ' ') + shellWord(value));
  }
  if (!dashed) words.push(shellWord(place.title));
  words.push('--lat ' + place.lat, '--lon ' + place.lon, '--type ' + (/^[\w-]+$/.test(place.kind) ? place.kind : shellWord(place.kind)));
  place.variants.forEach(function (other) { option('alias', other); });
  if (place.ccodes) words.push('--country ' + place.ccodes);
  if (place.given) words.push('--radius ' + place.radius_km);
  option('source', place.source);
  option('note', place.note);
  if (dashed) words.push('-- ' + shellWord(place.title));
  return words.join(' ');
}
function slug(text) {
  return fold(text).replace(/[^\p{L}\p{M}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60) || 'place';
}
