// ---- groups: marks that would lie on each other at a zoom -------------------------------------------------------
// A small grid clustering of our own: Leaflet.markercluster adds and removes its markers one by one, which takes
// seconds where a filter changes thousands. Each mark joins the nearest group within `radius` pixels or founds one;
// time is linear in the marks. Members of group g are first[g], next[first[g]], ... until -1.
function groupMarks(marks, list, world, radius, at) {
  const cells = new Map(), rows = Math.ceil(world / radius) + 4, next = new Int32Array(marks.n).fill(-1);
  const first = [], last = [], size = [], gx = [], gy = [], sx = [], sy = [], of = new Int32Array(marks.n).fill(-1);
  const limit = radius * radius;
  let most = -1;
  for (let k = 0; k < list.length; k++) if (marks.drawing[list[k]] > most) most = marks.drawing[list[k]];
  const groupOfDrawing = new Int32Array(most + 1).fill(-1);
  for (let k = 0; k < list.length; k++) {
    const m = list[k], drawing = marks.drawing[m];
    let g = groupOfDrawing[drawing];
    const spot = at ? at(m) : null, mx = spot ? spot[0] : marks.x[m], my = spot ? spot[1] : marks.y[m];
    if (g < 0) {
      const px = mx * world, py = my * world, cx = Math.floor(px / radius), cy = Math.floor(py / radius);
      let best = limit;
      for (let dx = -1; dx <= 1; dx++) for (let dy = -1; dy <= 1; dy++) {
        const there = cells.get((cx + dx + 2) * rows + cy + dy + 2);
        if (!there) continue;
        for (let c = 0; c < there.length; c++) {
          const o = there[c], distance = (gx[o] - px) * (gx[o] - px) + (gy[o] - py) * (gy[o] - py);
          if (distance < best) { best = distance; g = o; }
        }
      }
      if (g < 0) {
        g = first.length;
        first.push(m); last.push(m); size.push(0); gx.push(px); gy.push(py); sx.push(0); sy.push(0);
        const key = (cx + 2) * rows + cy + 2, there = cells.get(key);
        if (there) there.push(g); else cells.set(key, [g]);
      }
      groupOfDrawing[drawing] = g;
    }
    if (size[g]) { next[last[g]] = m; last[g] = m; }
    size[g]++; sx[g] += mx; sy[g] += my; of[m] = g;
  }
  return { n: first.length, first: first, next: next, size: size, of: of, x: sx.map((v, g) => v / size[g]), y: sy.map((v, g) => v / size[g]) };
}
function membersOf(groups, g) {
  const list = [];
  for (let m = groups.first[g]; m >= 0; m = groups.next[m]) list.push(m);
  return list;
}
// Where the members of a spread-out group stand around its middle, in pixels: a ring, from ten on a spiral.
function spiderLegs(count_) {
  const legs = [];
  if (count_ < 10) {
    const r = Math.max(34, count_ * 42 / (2 * Math.PI));
    for (let i = 0; i < count_; i++) { const a = i / count_ * 2 * Math.PI - Math.PI / 2; legs.push([Math.cos(a) * r, Math.sin(a) * r]); }
    return legs;
  }
  for (let i = 0, a = 0, r = 40; i < count_; i++) {
    legs.push([Math.cos(a) * r, Math.sin(a) * r]);
    a += 40 / r; r += 40 / (2 * Math.PI) * (40 / r) * 1.05;
  }
  return legs;
}
