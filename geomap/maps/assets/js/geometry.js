// ---- geometry of the honest shapes ---------------------------------------------------------------------
function away(lat, lon, bearing, km) {
  var rad = Math.PI / 180, d = km / 6371, la = lat * rad, b = bearing * rad;
  var la2 = Math.asin(Math.sin(la) * Math.cos(d) + Math.cos(la) * Math.sin(d) * Math.cos(b));
  var lo2 = lon * rad + Math.atan2(Math.sin(b) * Math.sin(d) * Math.cos(la), Math.cos(d) - Math.sin(la) * Math.sin(la2));
  return [la2 / rad, lo2 / rad];
}
function placeOf(incident, feature) {
  return incident.p[feature.i[0]] || {};
}
function radiusOf(feature) {
  return Math.max(0.2, feature.r || DEFAULT_RADIUS[feature.k] || 3);
}
function anchorOf(incident, feature, outlines) {
  if (feature.o !== undefined) return outlines[feature.o].at;
  if (feature.k === 'along' || feature.k === 'route') {
    var line = feature.ll, lengths = [], total = 0;
    for (var i = 1; i < line.length; i++) {
      var step = Math.hypot(line[i][0] - line[i - 1][0], (line[i][1] - line[i - 1][1]) * Math.cos(line[i][0] * Math.PI / 180));
      lengths.push(step); total += step;
    }
    var half = total / 2, at = 0;
    while (at < lengths.length - 1 && half > lengths[at]) half -= lengths[at++];
    var share = lengths[at] ? half / lengths[at] : 0;
    return [line[at][0] + (line[at + 1][0] - line[at][0]) * share, line[at][1] + (line[at + 1][1] - line[at][1]) * share];
  }
  var place = placeOf(incident, feature), bearing = BEARING[place.dir];
  if (bearing === undefined) return feature.ll;
  if (feature.k === 'part_of') return away(feature.ll[0], feature.ll[1], bearing, radiusOf(feature) * 0.45);
  if (feature.k === 'near') return away(feature.ll[0], feature.ll[1], bearing, place.km || radiusOf(feature) * 0.8);
  return feature.ll;
}
