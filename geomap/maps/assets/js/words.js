// ---- words: one table a language, in assets/words/, chosen when the map is made ----------------------------------
let W = {}, T = {};
let dayForm = null, numberForm = null;
function useWords(table) {
  W = table; T = table.ui;
  dayForm = numberForm = null;
}
// Making one of these takes longer than anything they do.
function days() {
  return dayForm || (dayForm = new Intl.DateTimeFormat(W.locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }));
}
function numbers() {
  return numberForm || (numberForm = new Intl.NumberFormat(W.locale));
}
const BEARING = { N: 0, NE: 45, E: 90, SE: 135, S: 180, SW: 225, W: 270, NW: 315 };
// Kilometres drawn where the gazetteer gives none: conventions, said so in the method note.
const DEFAULT_RADIUS = { near: 4, part_of: 2.5, area: 20 };
const DAY = 86400000;
