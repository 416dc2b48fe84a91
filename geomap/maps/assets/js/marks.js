// ---- signs and groups on the map: only what is in view becomes elements ------------------------------------------------
function makeMarks(app) {
  const map = app.map, store = app.store, marks = store.marks, filters = app.filters, AREA = KINDS.indexOf('area');
  const showing = app.showing = new Map();  // key -> marker
  // Areas have groups of their own: the sign of a region must not melt into those of its villages.
  let groups = { points: null, areas: null }, zoomed = null;
  const areaAt = new Map();  // drawing -> [lat, lon], where an area's caption covers least
  // At the end of zooming in, marks closer than this (degrees; about 90 m) are fanned out and not zoomed to.
  const SAME = 0.0008;
  // More signs than this round one spot can't be told apart; the list has all.
  const FAN = 80;

  app.markShown = m => filters.seen[marks.incident[m]] === 1 && !filters.facets[3].off[marks.kind[m]];
  const spotOf = m => areaAt.get(marks.drawing[m]) || store.drawings[marks.drawing[m]].at;
  const featureOf = m => store.incident(marks.incident[m]).f[marks.feature[m]];

  function caption(words, note) {
    return el('span', 'gm-caption', null, words ? name(words) : null, el('span', 'gm-caption-note', note));
  }
  const Sign = L.Icon.extend({
    createIcon: function () {
      const o = this.options, node = el('div', 'leaflet-marker-icon gm-mark gm-mark-' + o.feature.k);
      node.appendChild(sign(o.incident.spec, o.feature.k, o.incident.form, false));
      if (o.feature.k === 'area') node.appendChild(caption(placeWords(o.incident, o.feature), T.areaNote));
      node.setAttribute('role', 'button');
      node.setAttribute('aria-label', summary(o.incident, o.feature));
      node.dataset.incident = o.incident.id;
      const pin = o.feature.k === 'pin', w = 36, h = pin ? 44 : 34;
      node.style.width = w + 'px'; node.style.height = h + 'px';
      node.style.marginLeft = -w / 2 + 'px'; node.style.marginTop = (pin ? -41 : -16.5) + 'px';
      if (app.state.on === o.incident.no) node.classList.add('gm-on');
      if (app.print && app.print.number(o.incident.no)) node.dataset.no = app.print.number(o.incident.no);
      return node;
    },
    createShadow: function () { return null; }
  });
  function tip(incident, feature) {
    const node = el('div', 'gm-tip', null, el('b', null, titleOf(incident)), el('span', null, ' '), name(placeWords(incident, feature)));
    node.appendChild(el('div', 'gm-dim', whenWords(incident)));
    return node;
  }
  function near(lon) { return lon + 360 * Math.round((map.getCenter().lng - lon) / 360); }
  function makeSign(m, at) {
    const incident = store.incident(marks.incident[m]), feature = featureOf(m);
    const marker = L.marker([at[0], near(at[1])], { icon: new Sign({ incident: incident, feature: feature }), keyboard: true, riseOnHover: true, zIndexOffset: feature.k === 'area' ? -500 : 0 });
    marker.on('click', () => app.select(incident.no, { from: 'map' }));
    marker.on('keypress', e => { if (e.originalEvent.key === 'Enter' || e.originalEvent.key === ' ') app.select(incident.no, { from: 'key' }); });
    marker.bindTooltip(() => tip(incident, feature), { direction: 'top', offset: [0, feature.k === 'pin' ? -38 : -16], opacity: 1 });
    marker.gmBox = feature.k === 'pin' ? { up: 42, down: 2, half: 15 } : feature.k === 'area' ? { up: 17, down: 62, half: 60 } : { up: 17, down: 17, half: 15 };
    return marker;
  }

  // -- groups as donuts by type: thick where reported as fact, thin where not --
  const typeOrder = store.specs.map((_, t) => t).sort((a, b) => store.specs[a].order - store.specs[b].order || a - b);
  function donut(members, ofAreas) {
    const total = members.length, solid = new Int32Array(store.specs.length), unsure = new Int32Array(store.specs.length);
    members.forEach(m => { const i = marks.incident[m]; (store.formOf(i).fill === 'solid' ? solid : unsure)[store.type[i]]++; });
    const r = total < 10 ? 17 : total < 100 ? 20 : total < 1000 ? 24 : total < 10000 ? 28 : 31, size = 2 * r + 10, mid = size / 2;
    const node = el('span', 'gm-donut'), ring = el('canvas'), ratio = Math.min(window.devicePixelRatio || 1, 2) * (app.print ? 2 : 1);
    ring.width = ring.height = size * ratio; ring.style.width = ring.style.height = size + 'px';
    const ctx = ring.getContext('2d');
    ctx.scale(ratio, ratio);
    ctx.fillStyle = app.css.panel;
    ctx.beginPath();
    // The square behind says: areas, as a single area's sign does.
    if (ofAreas && ctx.roundRect) ctx.roundRect(0, 0, size, size, 8); else if (ofAreas) ctx.rect(0, 0, size, size); else ctx.arc(mid, mid, r + 4, 0, 7);
    ctx.fill();
    let parts = 0, at = -Math.PI / 2;
    typeOrder.forEach(t => { if (solid[t]) parts++; if (unsure[t]) parts++; });
    const gap = parts > 1 ? 1.5 / r : 0;
    typeOrder.forEach(t => [solid[t], unsure[t]].forEach((n, thin) => {
      if (!n) return;
      const turn = n / total * 2 * Math.PI;
      ctx.strokeStyle = store.specs[t].colour; ctx.lineWidth = thin ? 2.5 : 6.5;
      ctx.beginPath(); ctx.arc(mid, mid, r, at, at + Math.max(0.5 / r, turn - gap)); ctx.stroke();
      at += turn;
    }));
    node.appendChild(ring);
    node.appendChild(el('span', 'gm-donut-n' + (total > 9999 ? ' gm-small' : ''), total));
    return { node: node, size: size, solid: solid, unsure: unsure };
  }
  function groupWords(d) {
    const words = [];
    typeOrder.forEach(t => {
      if (d.solid[t]) words.push(d.solid[t] + ' ' + store.specs[t].label);
      if (d.unsure[t]) words.push(fill(T.notFact, { v: d.unsure[t] + ' ' + store.specs[t].label }));
    });
    return words.join(', ');
  }
  const Group = L.Icon.extend({
    createIcon: function () {
      const o = this.options, d = donut(o.members, o.areas), node = el('div', 'leaflet-marker-icon gm-cluster-box', null, d.node);
      if (o.areas) {
        const wheres = new Set();
        for (let k = 0; k < o.members.length && wheres.size < 2; k++) wheres.add(placeWords(store.incident(marks.incident[o.members[k]]), featureOf(o.members[k])));
        node.appendChild(wheres.size === 1 ? caption(wheres.values().next().value, T.areaNote) : caption('', T.areasNote));
      }
      node.setAttribute('role', 'button');
      node.setAttribute('aria-label', fill(T.group, { n: o.members.length, v: groupWords(d) }));
      node.style.width = node.style.height = d.size + 'px';
      node.style.marginLeft = node.style.marginTop = -d.size / 2 + 'px';
      if (app.print) node.dataset.no = app.print.numbers(o.members);
      return node;
    },
    createShadow: function () { return null; }
  });
  function makeGroup(members, at, areas) {
    const marker = L.marker([at[0], near(at[1])], { icon: new Group({ members: members, areas: areas }), keyboard: true, riseOnHover: true, zIndexOffset: areas ? -400 : 100 });
    marker.on('click', () => openGroup(members, at));
    marker.on('keypress', e => { if (e.originalEvent.key === 'Enter' || e.originalEvent.key === ' ') openGroup(members, at, true); });
    marker.gmBox = areas ? { up: 22, down: 62, half: 60 } : { up: 22, down: 22, half: 22 };
    return marker;
  }
  function openGroup(members, at, byKey) {
    const spots = members.map(spotOf), lons = spanOf(spots.map(s => s[1])), lats = spots.map(s => s[0]);
    const south = lats.reduce((a, b) => Math.min(a, b)), north = lats.reduce((a, b) => Math.max(a, b));
    // At one spot zooming never parts them: fan out at once.
    if ((north - south < SAME && lons[1] - lons[0] < SAME) || map.getZoom() >= 17) { fan(members, at, byKey); return; }
    const pad = app.padding();
    map.fitBounds([[south, lons[0]], [north, lons[1]]], { paddingTopLeft: [pad.l, pad.t], paddingBottomRight: [pad.r, pad.b], maxZoom: 17, animate: !reduced() });
  }
  function fan(members, at, byKey) {
    unfan();
    const shown = members.slice(0, FAN), legs = spiderLegs(shown.length), centre = map.latLngToLayerPoint([at[0], near(at[1])]);
    app.spider = { at: [at[0], near(at[1])], legs: legs, members: new Set(members), markers: [] };
    show();
    shown.forEach((m, k) => {
      const to = map.layerPointToLatLng(centre.add(legs[k])), marker = makeSign(m, [to.lat, to.lng]);
      marker.setZIndexOffset(1000);
      app.spider.markers.push(marker.addTo(map));
    });
    if (byKey && app.spider.markers[0]) app.spider.markers[0].getElement().focus();
    app.shapes.redraw(); app.base.letters.redraw();
  }
  function unfan() {
    if (!app.spider) return false;
    app.spider.markers.forEach(marker => marker.remove());
    app.spider = null;
    return true;
  }
  app.unfan = function () { if (unfan()) { show(); app.shapes.redraw(); app.base.letters.redraw(); } };

  // -- an area's sign is a caption: it goes where in the visible part of the area it covers least --
  // Beyond this many areas the signs stay where they are: placing them costs more than it shows.
  const MANY_AREAS = 60;
  function placeAreas(list) {
    const drawings = [...new Set(list.map(m => marks.drawing[m]))];
    if (drawings.length > MANY_AREAS) return;
    const size = map.getSize(), pad = app.padding(), taken = [], points = groups.points, seenShapes = new Map();
    for (let g = 0; g < points.n; g++) taken.push(map.latLngToContainerPoint(latLngOf(points.x[g], points.y[g])));
    drawings.forEach(number => {
      const drawing = store.drawings[number], key = drawing.o !== null ? 'o' + drawing.o : 'c' + drawing.line[0].join();
      if (!seenShapes.has(key)) seenShapes.set(key, clearSpot(drawing, size, pad, taken));
      areaAt.set(number, seenShapes.get(key));
    });
  }
  function clearSpot(drawing, size, pad, taken) {
    const spots = drawing.o !== null ? store.outlines[drawing.o].spots
      : [drawing.line[0]].concat([0, 45, 90, 135, 180, 225, 270, 315].map(b => away(drawing.line[0][0], drawing.line[0][1], b, radiusOf(drawing) * 0.6)));
    let best = spots[0], most = -Infinity;
    spots.forEach((spot, n) => {
      const p = map.latLngToContainerPoint([spot[0], near(spot[1])]);
      let score = -n * 0.01, nearest = 90;
      if (p.x < pad.l + 20 || p.y < 30 || p.x > size.x - pad.r - 20 || p.y > size.y - pad.b - (app.compact() ? 64 : 45)) {
        score -= 1000 + p.distanceTo([(pad.l + size.x - pad.r) / 2, (size.y - pad.b) / 2]);
      }
      taken.forEach(t => { nearest = Math.min(nearest, t.distanceTo(p)); });
      if (score + nearest > most) { most = score + nearest; best = spot; }
    });
    taken.push(map.latLngToContainerPoint([best[0], near(best[1])]));
    return best;
  }
  function latLngOf(x, y) {
    return [Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI, near((x - 0.5) * 360)];
  }

  // Signs of so many incidents would cover the map: their groups gather from further off.
  const CROWD = 400, WIDE = 52;
  let pointList = [], areaList = [], begun = false;
  function world() { return 256 * Math.pow(2, map.getZoom()); }
  // Grouped anew: after a filter or at another zoom.
  function regroup() {
    groups.points = groupMarks(marks, pointList, world(), pointList.length > CROWD ? WIDE : 26);
    zoomed = map.getZoom();
    showing.forEach(marker => marker.remove());
    showing.clear();
    regroupAreas();
  }
  function regroupAreas() {
    placeAreas(areaList);
    groups.areas = groupMarks(marks, areaList, world(), 18, m => { const at = spotOf(m); return [mercX(at[1]), mercY(at[0])]; });
    showing.forEach((marker, key) => { if (key[0] === 'a') { marker.remove(); showing.delete(key); } });
  }
  // What is in view, and a little around it, as elements; what has left it goes.
  function show() {
    const wanted = new Map(), bounds = map.getBounds().pad(0.15);
    [['p', groups.points], ['a', groups.areas]].forEach(([letter, set]) => {
      for (let g = 0; g < set.n; g++) {
        const single = set.size[g] === 1, m = set.first[g], at = single ? spotOf(m) : latLngOf(set.x[g], set.y[g]);
        if (!bounds.contains([Math.max(-85.05, Math.min(85.05, at[0])), near(at[1])])) continue;
        if (app.spider && app.spider.members.has(m)) continue;
        wanted.set(letter + g, [set, g, at]);
      }
    });
    showing.forEach((marker, key) => {
      if (!wanted.has(key)) { marker.remove(); showing.delete(key); }
    });
    wanted.forEach(([set, g, at], key) => {
      if (showing.has(key)) return;
      const marker = set.size[g] === 1 ? makeSign(set.first[g], at) : makeGroup(membersOf(set, g), at, key[0] === 'a');
      showing.set(key, marker.addTo(map));
    });
    markSelected();
  }
  // The sign of what is selected stands out, also where its group would hide it.
  let extra = [];
  function markSelected() {
    extra.forEach(marker => marker.remove());
    extra = [];
    const on = app.state.on;
    map.getContainer().querySelectorAll('.gm-mark').forEach(node => node.classList.toggle('gm-on', on >= 0 && node.dataset.incident === store.ids[on]));
    if (on < 0 || !groups.points) return;
    for (let m = store.firstMark[on]; m < store.firstMark[on + 1]; m++) {
      const set = marks.kind[m] === AREA ? groups.areas : groups.points, g = set.of[m];
      if (!app.markShown(m) || (g >= 0 && set.size[g] === 1) || (app.spider && app.spider.members.has(m))) continue;
      const marker = makeSign(m, spotOf(m));
      extra.push(marker.setZIndexOffset(2000).addTo(map));
      marker.getElement().classList.add('gm-extra');
    }
  }
  app.markSelected = markSelected;

  app.on('filter', () => {
    const points = [], areas = [];
    for (let m = 0; m < marks.n; m++) if (app.markShown(m)) (marks.kind[m] === AREA ? areas : points).push(m);
    pointList = points; areaList = areas;
    if (!begun) return;  // the first view is not known yet
    unfan(); regroup(); show();
  });
  app.showMarks = function () { begun = true; regroup(); show(); };
  map.on('moveend', () => {
    if (!groups.points) return;
    if (map.getZoom() !== zoomed) { unfan(); regroup(); } else if (areaList.length) regroupAreas();
    show();
    app.base.letters.redraw();
  });

  // -- what the base map's lettering keeps clear of --
  const signPoints = function () {
    const points = [];
    [...showing.values(), ...extra, ...(app.spider ? app.spider.markers : [])].forEach(marker => {
      const at = marker.getLatLng();
      points.push({ lat: at.lat, lng: at.lng, up: marker.gmBox.up, down: marker.gmBox.down, half: marker.gmBox.half });
    });
    return points;
  };
  signPoints.frame = function () {  // the part of the map that no panel covers
    const pad = app.padding(), size = map.getSize();
    return { w: size.x, h: size.y, l: Math.max(4, pad.l - 50), r: Math.max(4, pad.r - 50), b: pad.b - 20 };
  };
  app.signPoints = signPoints;
  app.on('redraw', () => { if (begun) app.showMarks(); });

  // -- the view --
  app.extent = function (list, withAreas) {
    const lats = [], lons = [];
    const add = (lat, lon) => { lats.push(lat); lons.push(lon); };
    const once = new Set();
    list.forEach(m => {
      const f = store.drawings[marks.drawing[m]];
      if (once.has(f.no)) return;
      once.add(f.no);
      if (f.o !== null) {
        if (!withAreas) return;
        store.outlines[f.o].rings.forEach(ring => {
          const b = boxOf(ring, [9, 9, -9, -9]);
          [[b[0], b[1]], [b[2], b[3]]].forEach(p => add(Math.atan(Math.sinh(Math.PI * (1 - 2 * p[1]))) * 180 / Math.PI, (p[0] - 0.5) * 360));
        });
      } else if (f.line.length > 1) f.line.forEach(p => add(p[0], p[1]));
      else {
        if (f.k === 'area' && !withAreas) return;
        add(f.at[0], f.at[1]);
        if (f.k !== 'pin') [0, 90, 180, 270].forEach(b => { const p = away(f.line[0][0], f.line[0][1], b, Math.min(radiusOf(f), 500)); add(p[0], p[1]); });
      }
    });
    if (!lats.length) return null;
    const span = spanOf(lons.map(lon => ((lon + 540) % 360) - 180));
    return L.latLngBounds([[Math.max(-85, lats.reduce((a, b) => Math.min(a, b))), span[0]], [Math.min(85, lats.reduce((a, b) => Math.max(a, b))), span[1]]]);
  };
  app.fit = function (animate) {
    // Points and lines set the frame: a whole country named beside them would push them into one spot.
    const bounds = app.extent(pointList, false) || app.extent(areaList, true), pad = app.padding();
    if (!bounds) { map.setView([20, 10], 2, { animate: false }); return; }
    map.fitBounds(bounds, { paddingTopLeft: [pad.l, pad.t], paddingBottomRight: [pad.r, pad.b], maxZoom: 12, animate: !!animate && !reduced() });
  };
  app.reveal = function (i) {
    const own = [];
    for (let m = store.firstMark[i]; m < store.firstMark[i + 1]; m++) if (app.markShown(m)) own.push(m);
    const bounds = app.extent(own, true);
    if (!bounds) return;
    const pad = app.padding(), size = map.getSize(), shift = near(bounds.getCenter().lng) - bounds.getCenter().lng;
    const a = map.latLngToContainerPoint([bounds.getNorth(), bounds.getWest() + shift]), b = map.latLngToContainerPoint([bounds.getSouth(), bounds.getEast() + shift]);
    if (a.x > pad.l && a.y > pad.t && b.x < size.x - pad.r && b.y < size.y - pad.b) return;
    map.fitBounds(bounds, { paddingTopLeft: [pad.l, pad.t], paddingBottomRight: [pad.r, pad.b], maxZoom: Math.max(map.getZoom(), 11), animate: !reduced() });
  };
}
