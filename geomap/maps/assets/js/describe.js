// ---- an incident in words -------------------------------------------------------------------------------------
function placeWords(incident, feature) {
  const places = feature ? feature.i.map(i => incident.p[i]).filter(Boolean) : incident.p;
  if (!places.length) return T.noPlaceWords;
  const names = places.map(p => p.n || p.x || '?'), kind = feature ? feature.k : 'none', p = places[0];
  if (kind === 'along') return fill(T.along, { v: names.join(' – ') });
  if (kind === 'route') return fill(T.route, { v: names[0], w: names[names.length - 1] });
  if (kind === 'near') {
    if (p.km) return p.dir ? fill(T.kmOf, { n: p.km, d: W.towards[p.dir] || p.dir, v: names[0] }) : fill(T.kmFrom, { n: p.km, v: names[0] });
    return p.dir && p.dir !== 'C' ? fill(T.nearTo, { v: names[0], d: W.towards[p.dir] || p.dir }) : fill(T.near, { v: names[0] });
  }
  if (p.dir && (kind === 'part_of' || kind === 'area')) return fill(T.partDir, { d: W.partOf[p.dir] || p.dir, v: names[0] });
  if (kind === 'part_of') return fill(T.part, { v: names[0] });
  return names.join(', ');
}
function wherever(incident) {
  return incident.f.length ? incident.f.map(f => placeWords(incident, f)).join('; ') : placeWords(incident, null);
}
function whenWords(incident) {
  const start = incident.d0, end = incident.d1;
  if (start === null) return T.dateUnknown;
  let text = dayText(start);
  if (end !== start) {
    const a = new Date(start * DAY), b = new Date(end * DAY);
    if (a.getUTCMonth() === 0 && a.getUTCDate() === 1 && b.getUTCMonth() === 11 && b.getUTCDate() === 31) {
      text = a.getUTCFullYear() + (b.getUTCFullYear() !== a.getUTCFullYear() ? '–' + b.getUTCFullYear() : '');
    } else text += ' – ' + dayText(end);
  }
  return incident.pod ? text + ', ' + incident.pod : text;
}
function titleOf(incident) {
  return (incident.form.word ? incident.form.word + ': ' : '') + incident.spec.label;
}
function summary(incident, feature) {
  return titleOf(incident) + ', ' + placeWords(incident, feature) + ', ' + whenWords(incident);
}
function range(pair) {
  if (!pair) return null;
  if (pair[1] === null || pair[1] === undefined) return fill(T.atLeast, { n: pair[0] });
  return pair[0] === pair[1] ? String(pair[0]) : fill(T.between, { n: pair[0], m: pair[1] });
}
function sourceName(incident, doc) {
  const told = incident.o.filter(one => one.doc_id === doc)[0];
  return (told && (told.source || told.title)) || doc || '?';
}
// "Killed: 12", "Where: Aton"
function toldWords(what, value) {
  const words = { deaths: T.killed, injured: T.injured, detained: T.detained, crowd_size: T.people }[what];
  return words ? fill(words, { n: value }) : ({ place: T.where1, date: T.when1 }[what] || what) + ': ' + value;
}
