// ---- text of an incident ------------------------------------------------------------------------------
function placeWords(incident, feature) {
  var places = feature ? feature.i.map(function (i) { return incident.p[i]; }).filter(Boolean) : incident.p;
  if (!places.length) return 'no place named';
  var names = places.map(function (p) { return p.n || p.x; }), kind = feature ? feature.k : 'none', p = places[0];
  if (kind === 'along') return 'along ' + names.join(' – ');
  if (kind === 'route') return 'from ' + names[0] + ' to ' + names[names.length - 1];
  if (kind === 'near') {
    if (p.km) return p.km + ' km ' + (p.dir ? (DIRTO[p.dir] || '') + ' of ' : 'from ') + names[0];
    return p.dir && p.dir !== 'C' ? 'near ' + names[0] + ', to the ' + DIRTO[p.dir] : 'near ' + names[0];
  }
  if (p.dir && (kind === 'part_of' || kind === 'area')) return (DIR[p.dir] || p.dir) + ' part of ' + names[0];
  if (kind === 'part_of') return 'part of ' + names[0];
  return names.join(', ');
}
function whenWords(incident) {
  var start = incident.ds && dayNumber(incident.ds), end = incident.de && dayNumber(incident.de);
  if (typeof start !== 'number' && typeof end !== 'number') return 'date not known';
  if (typeof start !== 'number') start = end;
  var text = dayText(start);
  if (typeof end === 'number' && end !== start) {
    var a = new Date(start * DAY), b = new Date(end * DAY);
    if (a.getUTCMonth() === 0 && a.getUTCDate() === 1 && b.getUTCMonth() === 11 && b.getUTCDate() === 31) {
      text = a.getUTCFullYear() + (b.getUTCFullYear() !== a.getUTCFullYear() ? '–' + b.getUTCFullYear() : '');
    } else text += ' – ' + dayText(end);
  }
  return incident.pod ? text + ', ' + incident.pod : text;
}
function range(pair) {
  if (!pair) return null;
  if (pair[1] === null || pair[1] === undefined) return 'at least ' + pair[0];
  return pair[0] === pair[1] ? String(pair[0]) : pair[0] + ' to ' + pair[1];
}
