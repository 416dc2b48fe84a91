// ---- geometry of the honest shapes ---------------------------------------------------------------------
function away(lat, lon, bearing, km) {
  var rad = Math.PI / 180, d = km / 6371, la = lat * rad, b = bearing * rad;
  var la2 = Math.asin(Math.sin(la) * Math.cos(d) + Math.cos(la) * Math.sin(d) * Math.cos(b));
  var lo2 = lon * rad + Math.atan2(Math.sin(b) * Math.sin(d) * Math.cos(la), Math.cos(d) - Math.sin(la) * Math.sin(la2));
  return [la2 / rad, lo2 / rad];
}
function radiusOf(drawing) {
  return Math.max(0.2, drawing.r || DEFAULT_RADIUS[drawing.k] || 3);
}
// Where the sign of a drawing stands.
function anchorOf(drawing, outlines) {
  if (drawing.o !== null) return outlines[drawing.o].at;
  const line = drawing.line;
  if (line.length > 1) {
    const lengths = [];
    let total = 0;
    for (let i = 1; i < line.length; i++) {
      const step = Math.hypot(line[i][0] - line[i - 1][0], (line[i][1] - line[i - 1][1]) * Math.cos(line[i][0] * Math.PI / 180));
      lengths.push(step); total += step;
    }
    let half = total / 2, at = 0;
    while (at < lengths.length - 1 && half > lengths[at]) half -= lengths[at++];
    const share = lengths[at] ? half / lengths[at] : 0;
    return [line[at][0] + (line[at + 1][0] - line[at][0]) * share, line[at][1] + (line[at + 1][1] - line[at][1]) * share];
  }
  const bearing = BEARING[drawing.dir], point = line[0];
  if (bearing === undefined) return point;
  if (drawing.k === 'part_of') return away(point[0], point[1], bearing, radiusOf(drawing) * 0.45);
  if (drawing.k === 'near') return away(point[0], point[1], bearing, drawing.km || radiusOf(drawing) * 0.8);
  return point;
}
// The narrowest span of longitudes that holds all: [west, east], east above 180 where it crosses the date line.
function spanOf(lons) {
  const sorted = Float64Array.from(lons).sort();
  let widest = sorted[0] + 360 - sorted[sorted.length - 1], west = sorted[0], east = sorted[sorted.length - 1];
  for (let i = 1; i < sorted.length; i++) {
    const gap = sorted[i] - sorted[i - 1];
    if (gap > widest) { widest = gap; west = sorted[i]; east = sorted[i - 1] + 360; }
  }
  return [west, east];
}
