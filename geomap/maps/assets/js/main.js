function mount(map, dataId) {
  var holder = document.getElementById(dataId), raw = holder.textContent.trim();
  if (raw[0] !== '{') raw = new TextDecoder().decode(Uint8Array.from(atob(raw), function (c) { return c.charCodeAt(0); }));
  var data = JSON.parse(raw), incidents = data.incidents, box = map.getContainer();
  var phone = window.matchMedia('(max-width: 760px)'), darkness = window.matchMedia('(prefers-color-scheme: dark)');
  var state = { off: { t: {}, c: { historical: true }, l: {}, k: {} }, q: '', from: null, to: null, undated: true, id: null };
  var adding = false, kept = [], draft = null, editing = null;  // the reader's own places

  box.classList.add('gm');
  box.setAttribute('role', 'application');
  box.setAttribute('aria-label', 'Map of incidents');
  // Whole numbers: with a broken least zoom markercluster leaves out a marker that is alone.
  map.options.maxZoom = 18; map.setMinZoom(1); map.options.zoomSnap = 0.5; map.options.worldCopyJump = true;

  // -- styles that the canvases need --
  var css = {};
  function readCss() {
    var style = getComputedStyle(box);
    BASE_CSS.concat(['ink', 'past', 'accent']).forEach(function (key) {
      css[key] = style.getPropertyValue('--gm-' + key).trim();
    });
    css.font = style.getPropertyValue('font-family') || 'sans-serif';
  }
  readCss();

  // -- incidents made ready --
  var byId = {};
  incidents.forEach(function (incident, number) {
    incident.no = number;
    byId[incident.id] = incident;
    incident.f = incident.f || [];
    incident.kinds = incident.f.length ? incident.f.map(function (f) { return f.k; }) : ['none'];
    var a = incident.ds ? dayNumber(incident.ds) : null, b = incident.de ? dayNumber(incident.de) : null;
    incident.d0 = a === null ? b : a; incident.d1 = b === null ? a : b;
    incident.spec = data.types[incident.t];
    incident.form = formOf(incident);
    incident.text = fold([incident.spec.label, incident.q, incident.c, incident.src,
      incident.p.map(function (p) { return [p.x, p.n, p.a1, p.cc].join(' '); }).join(' '),
      (incident.a || []).map(function (x) { return x.x; }).join(' '),
      (incident.o || []).map(function (s) { return [s.title, s.source, s.doc_id].join(' '); }).join(' ')].join(' '));
  });
  var order = incidents.slice().sort(function (a, b) {
    if ((a.d0 === null) !== (b.d0 === null)) return a.d0 === null ? 1 : -1;
    return a.d0 - b.d0 || a.no - b.no;
  });

  // -- facets: a legend row is a filter --
  var facets = [
    { key: 't', title: T.type, values: Object.keys(data.types), of: function (i) { return [i.t]; },
      label: function (v) { return data.types[v].label; },
      sign: function (v) { return sign(data.types[v], 'circle', { fill: 'solid' }, true); } },
    { key: 'c', title: T.certainty, values: data.certainties, of: function (i) { return [i.c]; },
      label: function (v) { return CERTAINTY[v] ? CERTAINTY[v][0] : v; }, hint: function (v) { return CERTAINTY[v] && CERTAINTY[v][1]; },
      sign: function (v) { return sign(PLAIN, 'circle', formOf({ c: v, l: 'stated' }), true); } },
    { key: 'l', title: T.level, values: Object.keys(LEVEL), of: function (i) { return [i.l]; },
      label: function (v) { return LEVEL[v] ? LEVEL[v][0] : v; }, hint: function (v) { return LEVEL[v] && LEVEL[v][1]; },
      sign: function (v) { return sign(PLAIN, 'circle', formOf({ c: 'reported', l: v }), true); } },
    { key: 'k', title: T.precision, values: Object.keys(KIND), of: function (i) { return i.kinds; },
      label: function (v) { return KIND[v][0]; }, hint: function (v) { return KIND[v][1]; }, sign: kindSign }
  ];
  facets.forEach(function (facet) {
    facet.values = facet.values.filter(function (v) { return incidents.some(function (i) { return facet.of(i).indexOf(v) >= 0; }); });
  });

  function passes(incident, except) {
    for (var i = 0; i < facets.length; i++) {
      var facet = facets[i];
      if (facet === except) continue;
      var off = state.off[facet.key];
      if (facet.of(incident).every(function (v) { return off[v]; })) return false;
    }
    if (state.words && !state.words.every(function (w) { return incident.text.indexOf(w) >= 0; })) return false;
    if (except === 'date') return true;
    if (incident.d0 === null) return state.undated;
    if (state.from !== null && incident.d1 < state.from) return false;
    return !(state.to !== null && incident.d0 > state.to);
  }

  // -- panes and layers --
  [['gmBase', 150], ['gmShapes', 350], ['gmLetters', 360]].forEach(function (pane) {
    map.createPane(pane[0]).style.zIndex = pane[1];
    map.getPane(pane[0]).style.pointerEvents = 'none';
  });
  var marks = [];
  var signPoints = function () {
    var points = [], seen = {};
    marks.forEach(function (mark) {
      if (!mark.shown) return;
      var parent = groupOf(mark).getVisibleParent(mark.marker);
      if (!parent) return;
      var id = L.stamp(parent);
      if (seen[id]) return;
      seen[id] = true;
      var at = parent.getLatLng(), pin = parent === mark.marker && mark.feature.k === 'pin';
      var area = mark.feature.k === 'area';  // its caption stands below
      points.push({ lat: at.lat, lng: at.lng, up: pin ? 42 : 17, down: pin ? 2 : area ? 62 : 17, half: area ? 60 : 15 });
    });
    return points;
  };
  // The part of the map that no panel covers.
  signPoints.frame = function () {
    var pad = padding(), size = map.getSize();
    return { w: size.x, h: size.y, l: Math.max(4, pad.l - 50), r: Math.max(4, pad.r - 50), b: pad.b - 20 };
  };
  var base = baseMap(map, data, css, signPoints);
  if (base.has) { base.base.addTo(map); box.classList.add('gm-has-base'); }

  var outlines = data.outlines.map(function (o) {
    return { at: o.at, spots: [o.at].concat(o.spots || []), rings: o.arcs.map(function (text) { return decodeArc(text, o.scale); }) };
  });
  function summary(incident, feature) {
    return (incident.form.word ? incident.form.word + ': ' : '') + incident.spec.label + ', ' + placeWords(incident, feature) + ', ' + whenWords(incident);
  }
  function caption(words) {
    return el('span', 'gm-caption', null, name(words), el('span', 'gm-caption-note', 'area, not a point'));
  }
  var Sign = L.Icon.extend({
    createIcon: function () {
      var node = el('div', 'leaflet-marker-icon gm-mark gm-mark-' + this.options.feature.k);
      node.appendChild(sign(this.options.incident.spec, this.options.feature.k, this.options.incident.form, false));
      if (this.options.feature.k === 'area') node.appendChild(caption(placeWords(this.options.incident, this.options.feature)));
      node.setAttribute('role', 'button');
      node.setAttribute('aria-label', summary(this.options.incident, this.options.feature));
      node.dataset.incident = this.options.incident.id;
      var pin = this.options.feature.k === 'pin', w = 36, h = pin ? 44 : 34;
      node.style.width = w + 'px'; node.style.height = h + 'px';
      node.style.marginLeft = -w / 2 + 'px'; node.style.marginTop = (pin ? -41 : -16.5) + 'px';
      if (state.id === this.options.incident.id) node.classList.add('gm-on');
      return node;
    },
    createShadow: function () { return null; }
  });
  incidents.forEach(function (incident) {
    incident.f.forEach(function (feature) {
      var at = anchorOf(incident, feature, outlines);
      marks.push({ incident: incident, feature: feature, at: at, marker: makeMarker(incident, feature, at) });
    });
  });

  function makeMarker(incident, feature, at) {
    var marker = L.marker(at, { icon: new Sign({ incident: incident, feature: feature }), keyboard: true, riseOnHover: true, zIndexOffset: feature.k === 'area' ? -500 : 0 });
    marker.gmIncident = incident; marker.gmKind = feature.k; marker.gmWhere = placeWords(incident, feature);
    marker.on('click', function () { select(incident.id, { from: 'map' }); });
    marker.on('keypress', function (e) { if (e.originalEvent.key === 'Enter' || e.originalEvent.key === ' ') select(incident.id, { from: 'key' }); });
    marker.bindTooltip(function () {
      var tip = el('div', 'gm-tip');
      tip.appendChild(el('b', null, (incident.form.word ? incident.form.word + ': ' : '') + incident.spec.label));
      tip.appendChild(el('span', null, ' '));
      tip.appendChild(name(placeWords(incident, feature)));
      tip.appendChild(el('div', 'gm-dim', whenWords(incident)));
      return tip;
    }, { direction: 'top', offset: [0, feature.k === 'pin' ? -38 : -16], opacity: 1 });
    return marker;
  }

  function makeGroup(ofAreas) {
    return L.markerClusterGroup({
    maxClusterRadius: ofAreas ? 18 : 26, showCoverageOnHover: false, spiderfyDistanceMultiplier: 1.6, animate: !reduced(),
    spiderLegPolylineOptions: { weight: 1.2, color: css.ink, opacity: 0.6 },
    iconCreateFunction: function (cluster) {
      var parts = {}, children = cluster.getAllChildMarkers(), ids = {}, total = 0;
      children.forEach(function (m) {
        var i = m.gmIncident, key = i.t + (i.form.fill === 'solid' ? ' s' : ' u');
        parts[key] = (parts[key] || 0) + 1; total++; ids[i.id] = 1;
      });
      var r = total < 10 ? 17 : total < 100 ? 20 : 24, size = 2 * r + 10, mid = size / 2, around = 2 * Math.PI * r, at = 0;
      var root = svg('svg', { viewBox: '0 0 ' + size + ' ' + size, 'aria-hidden': 'true', class: 'gm-donut' },
        // The square behind says: areas, as a single area's sign does.
        ofAreas ? svg('rect', { x: mid - r - 5, y: mid - r - 5, width: 2 * r + 10, height: 2 * r + 10, rx: 8, class: 'gm-donut-back' })
          : svg('circle', { cx: mid, cy: mid, r: r + 4, class: 'gm-donut-back' }));
      var words = [];
      Object.keys(data.types).forEach(function (t) {
        ['s', 'u'].forEach(function (form) {
          var n = parts[t + ' ' + form];
          if (!n) return;
          words.push(n + ' ' + data.types[t].label + (form === 'u' ? ' (not reported as fact)' : ''));
          var length = n / total * around, gap = Object.keys(parts).length > 1 ? 1.5 : 0;
          root.appendChild(svg('circle', { cx: mid, cy: mid, r: r, fill: 'none', stroke: data.types[t].colour,
            'stroke-width': form === 's' ? 6.5 : 2.5, transform: 'rotate(-90 ' + mid + ' ' + mid + ')',
            'stroke-dasharray': Math.max(0.5, length - gap) + ' ' + (around - Math.max(0.5, length - gap)), 'stroke-dashoffset': -at }));
          at += length;
        });
      });
      var label = svg('text', { x: mid, y: mid, class: 'gm-donut-n', 'text-anchor': 'middle', dy: '0.36em' });
      label.textContent = total;
      root.appendChild(label);
      var holderNode = el('div', 'gm-cluster', null, root), wheres = {};
      if (ofAreas) {
        children.forEach(function (m) { wheres[m.gmWhere] = 1; });
        holderNode.appendChild(Object.keys(wheres).length === 1 ? caption(children[0].gmWhere)
          : el('span', 'gm-caption', null, el('span', 'gm-caption-note', 'areas, not points')));
      }
      var icon = L.divIcon({ html: holderNode, className: 'gm-cluster-box', iconSize: [size, size] });
      var create = icon.createIcon;
      icon.createIcon = function (old) {
        var node = create.call(this, old);
        node.setAttribute('role', 'button');
        node.setAttribute('aria-label', 'Group of ' + total + ': ' + words.join(', ') + '. Enter to open.');
        return node;
      };
      return icon;
    }
  });
  }
  // Areas have a group of their own: the sign of a region must not melt into those of its villages.
  var clusters = makeGroup(false), areaClusters = makeGroup(true), groups = [areaClusters, clusters];
  function groupOf(mark) { return mark.feature.k === 'area' ? areaClusters : clusters; }
  groups.forEach(function (one) {
    one.on('clusterkeypress', function (e) {
      if (e.originalEvent && e.originalEvent.key === 'Enter') openCluster(e.layer);
    });
    one.on('animationend spiderfied unspiderfied', function () { base.letters.redraw(); });
  });
  function openCluster(cluster) {
    // At one spot zooming never parts them: fan out at once.
    if (cluster.getBounds().getNorthEast().equals(cluster.getBounds().getSouthWest())) cluster.spiderfy();
    else cluster.zoomToBounds({ padding: [60, 60] });
  }
  groups.forEach(function (one) { map.addLayer(one); });
  base.letters.addTo(map);

  // An area's sign is a caption: it goes where in the visible part of the area it covers least.
  function spotsOf(mark) {
    if (mark.feature.o !== undefined) return outlines[mark.feature.o].spots;
    var ll = mark.feature.ll, r = radiusOf(mark.feature) * 0.6;
    return [ll].concat([0, 45, 90, 135, 180, 225, 270, 315].map(function (b) { return away(ll[0], ll[1], b, r); }));
  }
  var MANY_AREAS = 60;  // beyond this many the signs stay where they are: placing them costs more than it shows
  function placeAreas() {
    var kinds = {}, keys = [];
    marks.forEach(function (mark) {
      if (!mark.shown || mark.feature.k !== 'area') return;
      var key = mark.feature.o !== undefined ? 'o' + mark.feature.o : 'c' + mark.feature.ll.join();
      if (!kinds[key]) { kinds[key] = []; keys.push(key); }
      kinds[key].push(mark);
    });
    if (keys.length > MANY_AREAS) return;
    var size = map.getSize(), pad = padding(), taken = [];
    marks.forEach(function (mark) {
      if (mark.shown && mark.feature.k !== 'area') taken.push(map.latLngToContainerPoint(mark.at));
    });
    keys.forEach(function (key) {
      var best = null, most = -Infinity;
      spotsOf(kinds[key][0]).forEach(function (spot, n) {
        var p = map.latLngToContainerPoint(spot), score = -n * 0.01;
        if (p.x < pad.l + 20 || p.y < 30 || p.x > size.x - pad.r - 20 || p.y > size.y - pad.b - 45) {
          score -= 1000 + p.distanceTo([(pad.l + size.x - pad.r) / 2, (size.y - pad.b) / 2]);
        }
        var nearest = 90;
        taken.forEach(function (t) { nearest = Math.min(nearest, t.distanceTo(p)); });
        score += nearest;
        if (score > most) { most = score; best = spot; }
      });
      taken.push(map.latLngToContainerPoint(best));
      kinds[key].forEach(function (mark) {
        if (mark.at[0] === best[0] && mark.at[1] === best[1]) return;
        mark.at = best;
        var there = areaClusters.hasLayer(mark.marker);
        if (there) areaClusters.removeLayer(mark.marker);
        mark.marker.setLatLng(best);
        if (there) areaClusters.addLayer(mark.marker);
      });
    });
  }

  // -- shapes: rings, sectors, lines, areas --
  // Dark violet on a dark map can't be seen: lines are lightened there, signs have their white edge.
  function tone(colour) {
    if (!darkness.matches || !/^#[0-9a-f]{6}$/i.test(colour)) return colour;
    return '#' + [1, 3, 5].map(function (at) {
      var part = parseInt(colour.slice(at, at + 2), 16);
      return Math.round(part + (255 - part) * 0.42).toString(16).padStart(2, '0');
    }).join('');
  }
  var hatchCache = {};
  function hatch(ctx, colour) {
    if (hatchCache[colour]) return hatchCache[colour];
    var tile = document.createElement('canvas'); tile.width = tile.height = 9;
    var c = tile.getContext('2d'); c.strokeStyle = colour; c.globalAlpha = 0.3; c.lineWidth = 1;
    c.beginPath(); c.moveTo(-2, 11); c.lineTo(11, -2); c.moveTo(-2, 2); c.lineTo(2, -2); c.moveTo(7, 11); c.lineTo(11, 7); c.stroke();
    return (hatchCache[colour] = ctx.createPattern(tile, 'repeat'));
  }
  var shapes = new CanvasLayer('gmShapes', function (v) {
    var ctx = v.ctx;
    marks.forEach(function (mark) {
      if (!mark.shown) return;
      var i = mark.incident, f = mark.feature, on = state.id === i.id;
      var colour = i.form.fill === 'past' ? css.past : tone(i.spec.colour), soft = i.form.fill !== 'solid';
      ctx.save();
      ctx.strokeStyle = colour; ctx.fillStyle = colour; ctx.lineWidth = on ? 2.5 : 1.6; ctx.lineJoin = 'round';
      ctx.setLineDash(soft ? [2, 4] : [6, 4]);
      if (f.o !== undefined) {
        ctx.beginPath();
        outlines[f.o].rings.forEach(function (ring) {
          for (var n = 0; n < ring.length; n += 2) {
            var px = ring[n] * v.world - v.ox, py = ring[n + 1] * v.world - v.oy;
            if (n) ctx.lineTo(px, py); else ctx.moveTo(px, py);
          }
          ctx.closePath();
        });
        // A band inside the outline, not a flood: a country may fill the whole view.
        ctx.save(); ctx.clip('evenodd'); ctx.setLineDash([]); ctx.lineWidth = on ? 64 : 40; ctx.strokeStyle = hatch(ctx, colour); ctx.stroke(); ctx.restore();
        ctx.globalAlpha = on ? 1 : 0.75; ctx.stroke();
      } else if (f.k === 'along' || f.k === 'route') {
        ctx.beginPath();
        f.ll.forEach(function (p, n) { if (n) ctx.lineTo(v.x(p[1]), v.y(p[0])); else ctx.moveTo(v.x(p[1]), v.y(p[0])); });
        ctx.setLineDash([]); ctx.lineWidth = on ? 9 : 7; ctx.strokeStyle = css.halo; ctx.globalAlpha = 0.75; ctx.stroke();
        ctx.globalAlpha = 1; ctx.strokeStyle = colour; ctx.lineWidth = on ? 4 : 3; ctx.setLineDash(soft ? [3, 6] : [9, 6]); ctx.stroke();
        ctx.setLineDash([]); ctx.lineWidth = 2;
        f.ll.forEach(function (p) { ctx.beginPath(); ctx.arc(v.x(p[1]), v.y(p[0]), 4, 0, 7); ctx.fillStyle = css.land; ctx.fill(); ctx.stroke(); });
        if (f.k === 'route') {
          var b = f.ll[f.ll.length - 1], a = f.ll[f.ll.length - 2], bx = v.x(b[1]), by = v.y(b[0]);
          var turn = Math.atan2(by - v.y(a[0]), bx - v.x(a[1]));
          ctx.translate(bx, by); ctx.rotate(turn); ctx.beginPath(); ctx.moveTo(-5, 0); ctx.lineTo(-17, -7); ctx.lineTo(-17, 7); ctx.closePath();
          ctx.fillStyle = colour; ctx.fill();
        }
      } else {
        var place = placeOf(i, f), x = v.x(f.ll[1]), y = v.y(f.ll[0]), km = v.km(f.ll[0]), r = radiusOf(f) * km;
        var bearing = BEARING[place.dir], mid = bearing === undefined ? null : (bearing - 90) * Math.PI / 180;
        if (x + r * 4 < 0 || y + r * 4 < 0 || x - r * 4 > v.width || y - r * 4 > v.height) { ctx.restore(); return; }
        if (f.k === 'pin') {
          if (on && r > 16) { ctx.beginPath(); ctx.arc(x, y, r, 0, 7); ctx.globalAlpha = 0.1; ctx.fill(); ctx.globalAlpha = 0.8; ctx.setLineDash([2, 4]); ctx.stroke(); }
        } else if (f.k === 'part_of') {
          ctx.beginPath(); ctx.arc(x, y, r, 0, 7); ctx.globalAlpha = 0.55; ctx.lineWidth = 1; ctx.stroke();
          ctx.beginPath();
          if (mid === null) ctx.arc(x, y, place.dir === 'C' ? r * 0.5 : r, 0, 7);
          else { ctx.arc(x, y, r, mid - Math.PI / 2, mid + Math.PI / 2); ctx.closePath(); }
          ctx.globalAlpha = on ? 0.32 : 0.2; ctx.fill(); ctx.globalAlpha = 1; ctx.lineWidth = on ? 2.5 : 1.6; ctx.stroke();
        } else if (f.k === 'near') {
          if (mid === null) {
            ctx.beginPath(); ctx.arc(x, y, r, 0, 7); ctx.globalAlpha = on ? 0.2 : 0.09; ctx.fill(); ctx.globalAlpha = 1; ctx.stroke();
          } else {
            var far = (place.km || radiusOf(f) * 0.8) * km, inner = far * (place.km ? 0.8 : 0.35), outer = far * (place.km ? 1.2 : 1.5);
            ctx.beginPath(); ctx.arc(x, y, outer, mid - 0.5, mid + 0.5); ctx.arc(x, y, inner, mid + 0.5, mid - 0.5, true); ctx.closePath();
            ctx.globalAlpha = on ? 0.25 : 0.14; ctx.fill(); ctx.globalAlpha = 1; ctx.stroke();
            ctx.setLineDash([1, 4]); ctx.lineWidth = 1.4; ctx.beginPath(); ctx.moveTo(x, y); ctx.lineTo(x + Math.cos(mid) * far, y + Math.sin(mid) * far); ctx.stroke();
          }
          ctx.setLineDash([]); ctx.beginPath(); ctx.arc(x, y, 2.5, 0, 7); ctx.fill();
        } else if (f.k === 'area') {
          ctx.beginPath(); ctx.arc(x, y, r, 0, 7);
          ctx.save(); ctx.clip(); ctx.setLineDash([]); ctx.lineWidth = on ? 64 : 40; ctx.strokeStyle = hatch(ctx, colour); ctx.stroke(); ctx.restore();
          ctx.stroke();
        }
      }
      ctx.restore();
    });
    mine().forEach(function (place) {
      ctx.beginPath(); ctx.arc(v.x(+place.lon), v.y(+place.lat), place.radius_km * v.km(+place.lat), 0, 7);
      ctx.strokeStyle = css.accent; ctx.lineWidth = 1.6; ctx.setLineDash([1, 4]); ctx.stroke();
      ctx.fillStyle = css.accent; ctx.globalAlpha = 0.08; ctx.fill(); ctx.globalAlpha = 1; ctx.setLineDash([]);
    });
  }).addTo(map);

  // -- controls of Leaflet --
  map.attributionControl.setPrefix(false);
  map.attributionControl.addAttribution('Places: GeoNames CC BY 4.0 · Borders: Natural Earth (' + data.view + ' view' + ') · Leaflet');
  L.control.scale({ position: 'bottomleft', maxWidth: 120, imperial: false }).addTo(map);

  // ---- panels ---------------------------------------------------------------------------------------
  var left = el('section', 'gm-panel gm-left'), right = el('section', 'gm-panel gm-right');
  left.setAttribute('aria-label', T.legend);
  right.setAttribute('aria-label', T.list);
  [left, right].forEach(function (panel) {
    L.DomEvent.disableClickPropagation(panel); L.DomEvent.disableScrollPropagation(panel);
    ['keydown', 'keypress', 'keyup', 'contextmenu'].forEach(function (type) { panel.addEventListener(type, function (e) { e.stopPropagation(); }); });
  });
  var tools = el('div', 'gm-tools');
  L.DomEvent.disableClickPropagation(tools);
  tools.appendChild(button('gm-tool', '+', function () { map.zoomIn(); }, T.zoomIn));
  tools.appendChild(button('gm-tool', '−', function () { map.zoomOut(); }, T.zoomOut));
  tools.appendChild(button('gm-tool gm-tool-fit', '', function () { fit(true); }, T.zoomAll)).appendChild(
    svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5' })));
  var toolAdd = button('gm-tool gm-tool-add', '', function () { if (adding) leaveAdding(); else startAdding(toolAdd); }, T.add);
  toolAdd.setAttribute('aria-pressed', 'false');
  tools.appendChild(toolAdd).appendChild(svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: 'M5 22V3h9l-2 4 2 4H5M18 13v8M14 17h8' })));

  // head
  var head = el('header', 'gm-head'), title = el('h1', 'gm-title', null, name(data.title)), count = el('p', 'gm-count');
  title.title = data.title.slice(0, 300);
  count.setAttribute('role', 'status');
  head.appendChild(title); head.appendChild(count);
  left.appendChild(head);
  var tabs = el('div', 'gm-tabs');
  var tabList = button('gm-tab', T.list, function () { sheet('list'); }), tabLegend = button('gm-tab', T.legend, function () { sheet('legend'); });
  var tabHide = button('gm-tab gm-tab-hide', '', function () { sheet(box.dataset.sheet === 'peek' ? 'list' : 'peek'); }, T.show + ' / ' + T.hide);
  tabHide.appendChild(svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: 'M5 15l7-7 7 7' })));
  [tabList, tabLegend, tabHide].forEach(function (t) { tabs.appendChild(t); });
  left.appendChild(tabs);

  var body = el('div', 'gm-body-scroll');
  left.appendChild(body);
  var search = el('input', 'gm-search');
  search.type = 'search'; search.placeholder = T.search; search.setAttribute('aria-label', T.search);
  search.addEventListener('input', function () { state.q = search.value; apply(); });
  body.appendChild(search);
  var nothing = el('div', 'gm-nothing', null, el('p', null, incidents.length ? T.nothing : T.empty));
  if (incidents.length) nothing.appendChild(button('gm-button', T.reset, reset));
  body.appendChild(nothing);

  function group(title_) {
    var set = el('div', 'gm-facet', null, el('div', 'gm-legend', null, el('h2', null, title_)));
    set.setAttribute('role', 'group'); set.setAttribute('aria-label', title_);
    return set;
  }
  facets.forEach(function (facet) {
    if (!facet.values.length || (facet.key === 'l' && facet.values.length < 2)) return;
    var set = group(facet.title), legend = set.firstChild;
    if (facet.values.length > 2) {
      var both = el('span', 'gm-both');
      both.appendChild(button('gm-mini', T.all, function () { state.off[facet.key] = {}; apply(); }, facet.title + ': ' + T.all));
      both.appendChild(button('gm-mini', T.none, function () { facet.values.forEach(function (v) { state.off[facet.key][v] = true; }); apply(); }, facet.title + ': ' + T.none));
      legend.appendChild(both);
    }
    facet.rows = {};
    facet.values.forEach(function (value) {
      var row = el('div', 'gm-row'), label = el('label'), check = el('input'), number = el('span', 'gm-n');
      check.type = 'checkbox'; check.dataset.facet = facet.key; check.dataset.value = value;
      check.addEventListener('change', function () { state.off[facet.key][value] = !check.checked; apply(); });
      label.appendChild(check); label.appendChild(facet.sign(value));
      label.appendChild(el('span', 'gm-label', null, name(facet.label(value))));
      if (facet.hint && facet.hint(value)) label.title = facet.hint(value);
      row.appendChild(label);
      if (facet.values.length > 1) row.appendChild(button('gm-mini gm-only', T.only, function () {
        facet.values.forEach(function (v) { state.off[facet.key][v] = v !== value; }); apply();
      }, 'only ' + facet.label(value)));
      row.appendChild(number); set.appendChild(row);
      facet.rows[value] = { row: row, check: check, number: number };
    });
    body.appendChild(set);
  });

  // dates
  var dateSet = group(T.when), dateBox = el('div');
  dateSet.appendChild(dateBox);
  var undatedRow = el('div', 'gm-row'), undatedLabel = el('label'), undatedCheck = el('input'), undatedN = el('span', 'gm-n');
  undatedCheck.type = 'checkbox'; undatedCheck.checked = true;
  undatedCheck.addEventListener('change', function () { state.undated = undatedCheck.checked; apply(); });
  undatedLabel.appendChild(undatedCheck); undatedLabel.appendChild(el('span', 'gm-label', T.undated));
  undatedRow.appendChild(undatedLabel); undatedRow.appendChild(undatedN);
  if (incidents.some(function (i) { return i.d0 === null; })) dateSet.appendChild(undatedRow);
  var afterType = body.querySelectorAll('.gm-facet')[2] || null;
  if (incidents.length) body.insertBefore(dateSet, afterType);
  var domain = null;
  function dates() {
    var off = state.off.c, lo = null, hi = null;
    incidents.forEach(function (i) {
      if (off[i.c] || i.d0 === null) return;
      if (lo === null || i.d0 < lo) lo = i.d0;
      if (hi === null || i.d1 > hi) hi = i.d1;
    });
    var key = lo + ',' + hi;
    if (domain && domain.key === key) return;
    domain = { key: key, lo: lo, hi: hi };
    dateBox.textContent = '';
    domain.bars = null;
    if (lo === null) { dateSet.hidden = undatedRow.parentNode === null; return; }
    dateSet.hidden = false;
    if (lo === hi) { dateBox.appendChild(el('p', 'gm-dim', fill(T.allOn, { d: dayText(lo) }))); return; }
    var n = Math.min(40, hi - lo + 1), chart = svg('svg', { viewBox: '0 0 240 40', preserveAspectRatio: 'none', class: 'gm-hist', 'aria-hidden': 'true' });
    domain.bars = [];
    for (var b = 0; b < n; b++) {
      var bar = svg('rect', { x: b * 240 / n + 0.5, width: Math.max(1, 240 / n - 1), y: 40, height: 0, rx: 1 });
      chart.appendChild(bar); domain.bars.push(bar);
    }
    dateBox.appendChild(chart);
    var slider = el('div', 'gm-slider'), track = el('div', 'gm-track');
    slider.appendChild(track);
    domain.track = track;
    domain.ends = ['from', 'to'].map(function (end) {
      var input = el('input');
      input.type = 'range'; input.min = lo; input.max = hi; input.step = 1;
      input.setAttribute('aria-label', T[end]);
      input.addEventListener('input', function () {
        var value = +input.value;
        if (end === 'from') { if (state.to !== null && value > state.to) value = state.to; state.from = value <= lo ? null : value; }
        else { if (state.from !== null && value < state.from) value = state.from; state.to = value >= hi ? null : value; }
        apply();
      });
      slider.appendChild(input);
      return input;
    });
    dateBox.appendChild(slider);
    domain.text = el('p', 'gm-range');
    dateBox.appendChild(domain.text);
  }
  function paintDates() {
    dates();
    if (!domain.bars) return;
    var n = domain.bars.length, all = new Array(n).fill(0), span = domain.hi - domain.lo + 1, most = 1;
    incidents.forEach(function (i) {
      if (i.d0 === null || !passes(i, 'date')) return;
      all[Math.max(0, Math.min(n - 1, Math.floor((i.d0 - domain.lo) / span * n)))]++;
    });
    all.forEach(function (value) { if (value > most) most = value; });
    var from = state.from === null ? domain.lo : Math.max(domain.lo, state.from), to = state.to === null ? domain.hi : Math.min(domain.hi, state.to);
    domain.bars.forEach(function (bar, b) {
      var h = all[b] ? Math.max(3, all[b] / most * 38) : 0;
      bar.setAttribute('y', 40 - h); bar.setAttribute('height', h);
      var start = domain.lo + b * span / n;
      bar.setAttribute('class', start + span / n > from && start <= to ? 'gm-in' : 'gm-out');
    });
    domain.ends[0].value = from; domain.ends[1].value = to;
    domain.ends[0].setAttribute('aria-valuetext', dayText(from)); domain.ends[1].setAttribute('aria-valuetext', dayText(to));
    domain.track.style.left = (from - domain.lo) / (domain.hi - domain.lo) * 100 + '%';
    domain.track.style.right = (domain.hi - to) / (domain.hi - domain.lo) * 100 + '%';
    domain.text.textContent = from === to ? dayText(from) : dayText(from) + ' – ' + dayText(to);
  }

  // method note
  var note = el('details', 'gm-method');
  note.appendChild(el('summary', null, T.method));
  [['Signs', 'A pin stands at a named place. A ring says near, a half-disc a part of a place, a dashed line along or between places; a hatched outline is an area and never a point. A straight line is not the road, and a half of a country is a convention for “the north of”. Where the gazetteer gives no extent, rings are drawn at 4 km, parts at 2.5 km.'],
    ['Certainty', 'Filled: reported. Pale: claimed, rumoured, accused or attempted. White with a broken edge: planned, threatened or hypothetical, not reported as having happened. Struck through: denied. Grey: background from the past, off at first. A quotation mark: somebody else’s word.'],
    ['Places', 'Names are looked up in a gazetteer; which of several places of a name is meant is decided by the text around it. Each incident lists the rule that decided, the reasons and the places it was not. A name that nothing fits is not drawn.'],
    ['Dates', 'Phrases such as “on Sunday” are counted from the article’s publication date. Without one they stay unresolved. Each incident says what its date rests on.'],
    ['Machine-made', 'Types, places, dates and certainty were read by a program and can be wrong. Check the quote and its source.'],
    ['Borders', 'Land and borders are drawn from Natural Earth 5.1.1, 1:10m admin-0 countries, German point of view, public domain. What contested areas are counted to and called is geomap’s choice. ' + data.viewNote + ' Dashed borders are those that another of Natural Earth’s points of view does not draw. What is drawn is no statement on the status of any territory.'],
    ['Kosovo', 'Kosovo’s status is disputed. It is labelled “' + data.kosovo + '” here; the label can be chosen by whoever makes the map.' + (data.kosovo.indexOf('*') < 0 ? '' : ' *This designation is without prejudice to positions on status.')],
    ['Sources', 'Place data: GeoNames (geonames.org), Creative Commons Attribution 4.0, and the user’s own places file. Map drawn with Leaflet and Leaflet.markercluster. This page loads nothing from the network.']
  ].concat(data.notes.map(function (text) { return ['', text]; })).forEach(function (part) {
    if (part[0]) note.appendChild(el('h3', null, part[0]));
    note.appendChild(el('p', null, part[1]));
  });
  body.appendChild(note);

  // right: list and evidence
  var listView = el('div', 'gm-list-view'), listHead = el('h2', null, T.list), list = el('ol', 'gm-list');
  var noPlaceBox = el('div', 'gm-noplace'), noPlace = el('ol', 'gm-list');
  noPlaceBox.appendChild(el('h3', null, T.noplace)); noPlaceBox.appendChild(el('p', 'gm-dim', T.noplaceNote)); noPlaceBox.appendChild(noPlace);
  var listNothing = el('div', 'gm-nothing', null, el('p', null, incidents.length ? T.nothing : T.empty));
  if (incidents.length) listNothing.appendChild(button('gm-button', T.reset, reset));
  listView.appendChild(listHead); listView.appendChild(listNothing); listView.appendChild(list); listView.appendChild(noPlaceBox);
  var detailView = el('div', 'gm-detail');
  detailView.hidden = true;
  var addView = el('div', 'gm-add');
  addView.hidden = true;
  right.appendChild(listView); right.appendChild(detailView); right.appendChild(addView);

  box.insertBefore(left, box.firstChild);
  box.insertBefore(right, left.nextSibling);
  box.appendChild(tools);

  function item(incident) {
    var li = el('li'), node = button('gm-item', '', function () { select(incident.id, { from: 'list' }); });
    node.dataset.incident = incident.id;
    node.appendChild(sign(incident.spec, 'circle', incident.form, true));
    var text = el('span', 'gm-item-text');
    var line = el('span', 'gm-item-title', incident.spec.label);
    text.appendChild(line);
    if (incident.form.word) text.appendChild(el('span', 'gm-chip gm-chip-' + incident.form.fill, incident.form.word));
    text.appendChild(el('span', 'gm-item-where', null, name(incident.f.length ? incident.f.map(function (f) { return placeWords(incident, f); }).join('; ') : placeWords(incident, null))));
    text.appendChild(el('span', 'gm-item-when', whenWords(incident)));
    node.appendChild(text);
    if (state.id === incident.id) node.setAttribute('aria-current', 'true');
    li.appendChild(node);
    return li;
  }
  // A list longer than this is shown in steps: nobody reads ten thousand rows, and each costs layout time.
  var STEP = 200, listed = STEP;
  function paintList(shown) {
    var placed = shown.filter(function (i) { return i.f.length; }), loose = shown.filter(function (i) { return !i.f.length; });
    list.textContent = ''; noPlace.textContent = '';
    placed.slice(0, listed).forEach(function (i) { list.appendChild(item(i)); });
    if (placed.length > listed) list.appendChild(el('li', null, null, button('gm-button', T.more + ' (' + (placed.length - listed) + ')', function () { listed += STEP; paintList(shown); })));
    loose.slice(0, listed).forEach(function (i) { noPlace.appendChild(item(i)); });
    noPlaceBox.hidden = !loose.length;
    listNothing.hidden = shown.length > 0;
    listHead.textContent = T.list + ' (' + shown.length + ')';
  }

  var visible = [];
  function apply(options) {
    state.words = state.q.trim() ? fold(state.q.trim()).split(/\s+/) : null;
    visible = order.filter(function (i) { return passes(i); });
    facets.forEach(function (facet) {
      if (!facet.rows) return;
      var counts = {};
      incidents.forEach(function (i) {
        if (!passes(i, facet)) return;
        facet.of(i).filter(function (v, n, a) { return a.indexOf(v) === n; }).forEach(function (v) { counts[v] = (counts[v] || 0) + 1; });
      });
      facet.values.forEach(function (v) {
        var row = facet.rows[v];
        row.check.checked = !state.off[facet.key][v];
        row.number.textContent = counts[v] || 0;
        row.row.classList.toggle('gm-off', !!state.off[facet.key][v]);
        row.row.classList.toggle('gm-zero', !counts[v]);
      });
    });
    undatedCheck.checked = state.undated;
    undatedN.textContent = incidents.filter(function (i) { return i.d0 === null && passes(i, 'date'); }).length;
    paintDates();
    var seen = {};
    visible.forEach(function (i) { seen[i.id] = true; });
    var shownMarkers = [];
    marks.forEach(function (mark) {
      mark.shown = !!seen[mark.incident.id] && !state.off.k[mark.feature.k];
      if (mark.shown) shownMarkers.push(mark.marker);
    });
    groups.forEach(function (one) { one.clearLayers(); });
    placeAreas();
    clusters.addLayers(shownMarkers.filter(function (m) { return m.gmKind !== 'area'; }));
    areaClusters.addLayers(shownMarkers.filter(function (m) { return m.gmKind === 'area'; }));
    shapes.redraw(); base.letters.redraw();
    count.textContent = fill(incidents.length === 1 ? T.one : T.showing, { n: visible.length, m: incidents.length });
    nothing.hidden = visible.length > 0;
    box.classList.toggle('gm-empty', !visible.length);
    listed = STEP;
    paintList(visible);
    if (state.id && !seen[state.id]) select(null);
    else if (state.id) paintDetail();
    if (!(options && options.quiet)) remember();
  }
  function reset() {
    state.off = { t: {}, c: { historical: true }, l: {}, k: {} };
    state.q = search.value = ''; state.from = state.to = null; state.undated = true;
    // A map of nothing but background would look empty for no reason that a reader can see.
    if (incidents.length && incidents.every(function (i) { return i.c === 'historical'; })) state.off.c = {};
    apply();
  }

  // ---- evidence -------------------------------------------------------------------------------------
  function quoteNode(incident) {
    var quote = el('blockquote', 'gm-quote'), at = 0, text = incident.q || '';
    quote.dir = 'auto';
    (incident.h || []).forEach(function (span) {
      quote.appendChild(document.createTextNode(text.slice(at, span[0])));
      quote.appendChild(el('mark', 'gm-h-' + span[2], text.slice(span[0], span[1])));
      at = span[1];
    });
    quote.appendChild(document.createTextNode(text.slice(at)));
    return quote;
  }
  function fact(list_, term, nodes) {
    var dd = el('dd');
    nodes.filter(Boolean).forEach(function (node) { dd.appendChild(typeof node === 'string' ? el('div', null, node) : node); });
    if (!dd.childNodes.length) return;
    list_.appendChild(el('dt', null, term)); list_.appendChild(dd);
  }
  function dim(text) { return text ? el('div', 'gm-dim', text) : null; }
  function paintDetail(focus) {
    var incident = byId[state.id];
    detailView.textContent = '';
    if (!incident) return;
    var at = visible.indexOf(incident), nav = el('div', 'gm-nav');
    var back = button('gm-button gm-back', '← ' + T.back, function () { select(null, { focus: incident.id }); });
    nav.appendChild(back);
    nav.appendChild(el('span', 'gm-dim', (at + 1) + ' / ' + visible.length));
    nav.appendChild(button('gm-button gm-step', '‹', function () { step(-1); }, T.prev));
    nav.appendChild(button('gm-button gm-step', '›', function () { step(1); }, T.next));
    detailView.appendChild(nav);
    var top = el('div', 'gm-top');
    top.appendChild(sign(incident.spec, 'circle', incident.form, true));
    var heading = el('h2', null, incident.spec.label);
    heading.tabIndex = -1;
    var names = el('div', null, null, heading);
    names.appendChild(el('div', 'gm-where', null, name(incident.f.length ? incident.f.map(function (f) { return placeWords(incident, f); }).join('; ') : placeWords(incident, null))));
    names.appendChild(el('div', 'gm-when', whenWords(incident)));
    top.appendChild(names);
    detailView.appendChild(top);
    var plain = incident.c === 'reported' && incident.form.fill === 'solid', words = CERTAINTY[incident.c] || [incident.c, ''];
    var banner = el('div', 'gm-banner' + (plain ? ' gm-banner-plain' : ' gm-banner-' + incident.form.fill));
    if (incident.c === 'reported' && !plain) words = [LEVEL[incident.l][0], 'Passed on; the text does not confirm it.'];
    else if (incident.l !== 'stated') words = [words[0] + ' · ' + (LEVEL[incident.l] || [incident.l])[0].toLowerCase(), words[1]];
    banner.appendChild(el('b', null, words[0]));
    banner.appendChild(el('span', null, ' ' + words[1]));
    if (incident.l !== 'stated' && LEVEL[incident.l]) {
      var says = el('div', 'gm-says', 'Here ' + LEVEL[incident.l][1] + (incident.src ? ': ' : '.'));
      if (incident.src) says.appendChild(name('“' + incident.src + '”'));
      banner.appendChild(says);
    }
    detailView.appendChild(banner);
    detailView.appendChild(quoteNode(incident));
    (incident.o || []).forEach(function (source) {
      var line = el('div', 'gm-source');
      if (source.quote) { var other = el('blockquote', 'gm-quote gm-quote-more', source.quote); other.dir = 'auto'; line.appendChild(other); }
      if (source.title) line.appendChild(el('div', 'gm-source-title', null, name(source.title)));
      var meta = el('div', 'gm-dim');
      [source.source, source.published && 'published ' + source.published, !source.title && source.doc_id].filter(Boolean).forEach(function (bit, n) {
        if (n) meta.appendChild(document.createTextNode(' · '));
        meta.appendChild(name(bit));
      });
      line.appendChild(meta);
      var href = safeLink(source.url);
      if (href) {
        var a = el('a', 'gm-link', T.link + ' ↗');
        a.href = href; a.target = '_blank'; a.rel = 'noopener noreferrer external';
        line.appendChild(a);
      }
      detailView.appendChild(line);
    });

    var facts = el('dl', 'gm-facts');
    fact(facts, 'When', [whenWords(incident), incident.te ? el('div', 'gm-dim', 'from “', name(incident.te), document.createTextNode('”')) : null, dim(incident.dr),
      dim({ 1: 'known to the day', 2: 'known to the week', 3: 'known to the month or longer' }[incident.tp])]);
    incident.p.forEach(function (place, n) {
      var nodes = [], feature = incident.f.filter(function (f) { return f.i.indexOf(n) >= 0; })[0];
      var where = el('div', 'gm-place', null, name(place.n || place.x));
      if (place.a1 || place.cc) where.appendChild(el('span', 'gm-dim', ' ' + [place.a1, place.cc === 'XK' ? data.kosovo : place.cc].filter(Boolean).join(', ')));
      nodes.push(where);
      if (place.n && place.n !== place.x) nodes.push(el('div', 'gm-dim', 'written “', name(place.x), document.createTextNode('”')));
      if (feature) nodes.push(el('div', 'gm-precision', null, kindSign(feature.k), el('span', null, KIND[feature.k][1])));
      else if (!place.ll) nodes.push(dim('not found in the gazetteer; not drawn'));
      if (feature && feature.b && feature.k !== 'pin') nodes.push(dim('Drawn from ' + feature.b.replace(/^an area, not a point$/, 'the place’s extent: an area, not a point') + '.'));
      if (place.ll && !place.area) nodes.push(dim(place.ll[0].toFixed(4) + ', ' + place.ll[1].toFixed(4) + (place.id ? ' · ' + place.id : '')));
      nodes.push(placeIt(place.ll || feature ? T.addNot : T.addPut, place.x, n));
      if (place.rule || place.why || place.alt) {
        var why = el('details', 'gm-why');
        why.appendChild(el('summary', null, 'Why this place' + (place.s !== undefined ? ' · ' + Math.round(place.s * 100) + ' %' : '')));
        if (place.rule) why.appendChild(el('p', null, 'Decided by: ' + String(place.rule).replace(/_/g, ' ')));
        if (place.why) { var reasons = el('ul'); place.why.forEach(function (r) { reasons.appendChild(el('li', null, r)); }); why.appendChild(reasons); }
        if (place.alt) {
          why.appendChild(el('p', null, 'Not chosen:'));
          var others = el('ul', 'gm-alt'); place.alt.slice(0, 8).forEach(function (r) { others.appendChild(el('li', null, null, name(r))); }); why.appendChild(others);
        }
        why.open = true;
        nodes.push(why);
      }
      fact(facts, incident.p.length > 1 ? 'Where ' + (n + 1) : 'Where', nodes);
    });
    if (!incident.p.length) fact(facts, 'Where', ['No place is named.', placeIt(T.addPut, '', 0)]);
    fact(facts, 'Precision', [PRECISION[incident.gp || 0], incident.wp ? dim('UCDP where-precision ' + incident.wp + ': ' + WHERE[incident.wp]) : null]);
    fact(facts, 'Who', (incident.a || []).map(function (actor) {
      return el('div', null, null, name(actor.x), el('span', 'gm-dim', ' ' + (ROLES[actor.r] || actor.r)));
    }));
    fact(facts, 'Numbers', [incident.dead && 'Killed: ' + range(incident.dead), incident.hurt && 'Injured: ' + range(incident.hurt), incident.crowd && 'People: ' + range(incident.crowd)]);
    fact(facts, 'Coding', [incident.w ? el('div', null, 'Type from “', name(incident.w), document.createTextNode('”')) : null,
      dim([incident.acled && 'ACLED: ' + incident.acled, incident.plover && 'PLOVER: ' + incident.plover].filter(Boolean).join(' · '))]);
    if (typeof incident.s === 'number') {
      var meter = el('span', 'gm-meter'), bar = el('span'); bar.style.width = Math.round(incident.s * 100) + '%'; meter.appendChild(bar);
      fact(facts, 'Confidence', [el('div', null, Math.round(incident.s * 100) + ' % ', meter)]);
    }
    detailView.appendChild(facts);
    if (focus) heading.focus({ preventScroll: true });
  }
  function step(by) {
    var at = visible.findIndex(function (i) { return i.id === state.id; });
    if (visible.length) select(visible[(at + by + visible.length) % visible.length].id, { from: 'list' });
  }
  right.addEventListener('keydown', function (e) {
    if (adding) return;
    if (e.key === 'Escape' && state.id) { select(null, { focus: state.id }); e.preventDefault(); return; }
    if (state.id || (e.key !== 'ArrowDown' && e.key !== 'ArrowUp')) return;
    var items = Array.prototype.slice.call(right.querySelectorAll('.gm-item')), at = items.indexOf(document.activeElement);
    if (at < 0) return;
    var next = items[at + (e.key === 'ArrowDown' ? 1 : -1)];
    if (next) { next.focus(); e.preventDefault(); }
  });
  box.addEventListener('keydown', function (e) {
    if (e.key === 'Escape' && state.id && !adding) select(null, { focus: state.id });
  });

  function select(id, options) {
    options = options || {};
    if (adding) leaveAdding(true);
    var incident = id !== null && Object.prototype.hasOwnProperty.call(byId, id) ? byId[id] : null;
    state.id = incident ? incident.id : null;
    detailView.hidden = !incident; listView.hidden = !!incident;
    box.classList.toggle('gm-selected', !!incident);
    box.querySelectorAll('.gm-mark').forEach(function (node) { node.classList.toggle('gm-on', node.dataset.incident === state.id); });
    list.querySelectorAll('[aria-current]').forEach(function (node) { node.removeAttribute('aria-current'); });
    if (incident) {
      paintDetail(options.from === 'key' || options.from === 'list');
      right.scrollTop = 0;
      sheet('evidence');
      if (options.from !== 'map' && options.from !== 'key') reveal(incident);
    } else if (options.focus) {
      if (box.dataset.sheet === 'evidence') sheet('list');
      var row = Array.prototype.find.call(right.querySelectorAll('.gm-item'), function (n) { return n.dataset.incident === options.focus; });
      if (row) row.focus();
    } else if (box.dataset.sheet === 'evidence') sheet('list');
    shapes.redraw();
    remember();
  }
  function reveal(incident) {
    var own = marks.filter(function (m) { return m.incident === incident && m.shown; });
    if (!own.length) return;
    var bounds = extent(own, true), pad = padding();
    var view = map.getBounds(), size = map.getSize();
    var a = map.latLngToContainerPoint(bounds.getNorthWest()), b = map.latLngToContainerPoint(bounds.getSouthEast());
    var fits = a.x > pad.l && a.y > pad.t && b.x < size.x - pad.r && b.y < size.y - pad.b && view.contains(bounds.getCenter());
    var hidden = own.length === 1 && groupOf(own[0]).getVisibleParent(own[0].marker) !== own[0].marker;
    if (fits && !hidden) return;
    map.fitBounds(bounds, { paddingTopLeft: [pad.l, pad.t], paddingBottomRight: [pad.r, pad.b], maxZoom: hidden ? 13 : Math.max(map.getZoom(), 11), animate: !reduced() });
  }

  // ---- view -----------------------------------------------------------------------------------------
  function padding() {
    var size = map.getSize();
    if (phone.matches) return { l: 36, t: 50, r: 36, b: adding ? right.offsetHeight + 20 : box.dataset.sheet === 'peek' ? 130 : Math.round(size.y * 0.52) + 20 };
    var wide = function (node) { return node.offsetParent === null && getComputedStyle(node).display === 'none' ? 0 : node.offsetWidth; };
    return { l: Math.min(wide(left) + 60, size.x * 0.45), t: 60, r: Math.min(wide(right) + 60, size.x * 0.45), b: 50 };
  }
  function extent(list_, areas) {
    var bounds = L.latLngBounds([]);
    list_.forEach(function (mark) {
      var f = mark.feature;
      if (f.o !== undefined) {
        if (!areas) return;
        outlines[f.o].rings.forEach(function (ring) {
          var b = boxOf(ring, [9, 9, -9, -9]);
          [[b[0], b[1]], [b[2], b[3]]].forEach(function (p) {
            bounds.extend([Math.atan(Math.sinh(Math.PI * (1 - 2 * p[1]))) * 180 / Math.PI, (p[0] - 0.5) * 360]);
          });
        });
      } else if (Array.isArray(f.ll[0])) f.ll.forEach(function (p) { bounds.extend(p); });
      else {
        if (f.k === 'area' && !areas) return;
        bounds.extend(mark.at);
        if (f.k !== 'pin') [0, 90, 180, 270].forEach(function (b) { bounds.extend(away(f.ll[0], f.ll[1], b, Math.min(radiusOf(f), 500))); });
      }
    });
    return bounds;
  }
  function fit(animate) {
    var shown = marks.filter(function (m) { return m.shown; });
    // Points and lines set the frame: a whole country named beside them would push them into one spot.
    var bounds = extent(shown, false);
    if (!bounds.isValid()) bounds = extent(shown, true);
    if (!bounds.isValid()) { map.setView([20, 10], 2, { animate: false }); return; }
    var pad = padding();
    map.fitBounds(bounds, { paddingTopLeft: [pad.l, pad.t], paddingBottomRight: [pad.r, pad.b], maxZoom: 12, animate: !!animate && !reduced() });
  }

  // phone: one sheet with the list, the legend or the evidence
  function sheet(what) {
    if (what === 'list' && state.id) { state.id = null; detailView.hidden = true; listView.hidden = false; box.classList.remove('gm-selected'); shapes.redraw(); remember(); }
    box.dataset.sheet = what;
    tabList.setAttribute('aria-pressed', String(what === 'list' || what === 'evidence'));
    tabLegend.setAttribute('aria-pressed', String(what === 'legend'));
    tabHide.setAttribute('aria-expanded', String(what !== 'peek'));
  }

  // ---- adding places ----------------------------------------------------------------------------------
  // They live in this page's memory only; what leaves it is a row, a command or a file that the reader takes.
  var KINDS = Object.create(null), opener = null, sheetBefore = 'list', scrollBefore = 0, flags = [], draftFlag = null, wantedName = '';
  // What is drawn: a place that is being changed as it is in the form.
  function mine() {
    return kept.filter(function (place) { return place !== editing; }).concat(draft && adding ? [draft] : []);
  }

  var crosshair = el('div', 'gm-cross', null, el('span', 'gm-cross-at'));
  crosshair.setAttribute('aria-hidden', 'true'); crosshair.hidden = true;
  crosshair.insertBefore(svg('svg', { viewBox: '0 0 48 48' }, svg('path', { d: 'M24 2v16M24 30v16M2 24h16M30 24h16', class: 'gm-cross-halo' }),
    svg('path', { d: 'M24 2v16M24 30v16M2 24h16M30 24h16' }), svg('circle', { cx: 24, cy: 24, r: 1.5 })), crosshair.firstChild);
  box.appendChild(crosshair);

  // the view: a way in, the form, the list with what to take away
  var addNav = el('div', 'gm-nav'), addHead = el('h2', null, T.add), addStatus = el('p', 'gm-dim gm-add-status');
  addHead.tabIndex = -1; addStatus.setAttribute('role', 'status');
  addNav.appendChild(addHead);
  addNav.appendChild(button('gm-button gm-add-close', T.addClose, function () { leaveAdding(); }));
  var pick = el('div', 'gm-pick'), pickHead = el('h3'), pickHow = el('p', 'gm-dim', T.addHow), pickRow = el('div', 'gm-add-row');
  pickRow.appendChild(button('gm-button gm-add-here', T.addHere, function () { put(aim(), 'key'); }));
  pickRow.appendChild(button('gm-button gm-add-type', T.addType, function () { stage('form'); fields.lat.input.focus(); }));
  [pickHead, pickHow, pickRow].forEach(function (node) { pick.appendChild(node); });
  addView.setAttribute('role', 'region'); addView.setAttribute('aria-label', T.add);

  var form = el('div', 'gm-add-form'), fields = {};
  form.setAttribute('role', 'group'); form.setAttribute('aria-label', T.add);
  function field(key, label, options) {
    options = options || {};
    var words = el('label', null, null, el('span', 'gm-field-label', label, options.need ? null : el('span', 'gm-dim', ' ' + T.addOptional)));
    var wrap = el('div', 'gm-field gm-field-' + key, null, words);
    var input = el(options.tag || 'input'), error = el('span', 'gm-error');
    if (!options.tag) { input.type = 'text'; input.autocomplete = 'off'; input.spellcheck = false; }
    if (options.need) input.required = true;
    if (options.hint) input.placeholder = options.hint;
    if (options.mode) input.inputMode = options.mode;
    if (!options.mode) input.dir = 'auto';
    error.id = dataId + '-error-' + key; error.hidden = true; error.setAttribute('role', 'alert');
    input.setAttribute('aria-describedby', error.id);
    words.appendChild(input); wrap.appendChild(error); form.appendChild(wrap);
    fields[key] = { input: input, error: error };
    input.addEventListener('input', function () { say(key, ''); refresh(key); });
    // On the way to another field only: a message that comes up under a pressed button would move it away.
    input.addEventListener('blur', function (e) {
      var found = read().bad[key];
      if (found && input.value.trim() && e.relatedTarget && /INPUT|SELECT/.test(e.relatedTarget.tagName)) say(key, found);
    });
    if (!options.tag) input.addEventListener('keydown', function (e) { if (e.key === 'Enter' && !e.isComposing) { e.preventDefault(); keep(); } });
  }
  field('name', T.addName, { need: true });
  field('kind', T.addKind, { need: true, tag: 'select' });
  field('lat', T.addLat, { need: true, mode: 'decimal' });
  field('lon', T.addLon, { need: true, mode: 'decimal' });
  field('names', T.addNames, { hint: T.addNamesHint });
  field('country', T.addCountry, { hint: T.addCountryHint });
  field('radius', T.addRadius, { mode: 'decimal' });
  field('source', T.addSource, { hint: T.addSourceHint });
  field('note', T.addNote);
  fields.country.input.autocapitalize = 'characters';
  data.kinds.forEach(function (class_) {
    var group_ = el('optgroup');
    group_.label = capital(class_[1]);
    class_[2].forEach(function (kind) {
      var option = el('option', null, capital(kind[0]));
      option.value = kind[0]; group_.appendChild(option);
      KINDS[kind[0]] = { fclass: class_[0], fcode: kind[1], radius: kind[2] };
    });
    fields.kind.input.appendChild(group_);
  });
  var firstKind = fields.kind.input.value;
  var formRow = el('div', 'gm-add-row'), formDo = button('gm-button gm-main', T.addDo, function () { keep(); });
  formRow.appendChild(formDo);
  formRow.appendChild(button('gm-button', T.addDrop, function () { editing = null; wantedName = ''; clear(); stage('pick'); box.focus({ preventScroll: true }); }));
  form.appendChild(formRow);

  var mineBox = el('div', 'gm-mine'), mineHead = el('h3'), mineList = el('ol', 'gm-mine-list'), takes = {};
  mineHead.tabIndex = -1;
  mineBox.appendChild(mineHead); mineBox.appendChild(mineList);
  mineBox.appendChild(el('p', 'gm-dim', T.addMineNote));
  function take(key, label) {
    var head_ = el('div', 'gm-take'), title_ = el('h4', null, label), text = el('textarea', 'gm-code'), bar = el('span', 'gm-take-bar');
    text.readOnly = true; text.spellcheck = false; text.wrap = key === 'rows' ? 'off' : 'soft'; text.dir = 'ltr';
    bar.appendChild(button('gm-button gm-copy', T.copy, function () { copy(text); }, T.copy + ': ' + label));
    head_.appendChild(title_); head_.appendChild(bar);
    mineBox.appendChild(head_); mineBox.appendChild(text);
    takes[key] = { title: title_, text: text, bar: bar };
  }
  take('rows', T.addRow);
  take('commands', T.addCommand);
  var load = button('gm-button gm-main gm-load', T.addLoad, download);
  mineBox.insertBefore(el('div', 'gm-add-row', null, load), mineBox.children[3]);
  mineBox.appendChild(el('p', 'gm-dim', T.addShell));
  mineBox.appendChild(el('p', 'gm-dim', T.addNext));
  [addNav, pick, addStatus, form, mineBox].forEach(function (node) { addView.appendChild(node); });

  // The point that the crosshair stands at: the middle of what no panel covers.
  function aimPoint() {
    var size = map.getSize(), pad = padding();
    return phone.matches ? L.point(size.x / 2, Math.max(60, (size.y - pad.b + 20) / 2)) : L.point((pad.l + size.x - pad.r) / 2, size.y / 2);
  }
  function aim() { return map.containerPointToLatLng(aimPoint()); }
  // As many decimals as a pixel is worth at this zoom, and no more than a metre's.
  function decimals() {
    return Math.max(1, Math.min(5, Math.ceil(Math.log10(256 * Math.pow(2, map.getZoom()) / 360))));
  }
  function rounded(latlng) {
    var at = latlng.wrap(), n = decimals();
    return [Math.max(-LAST_LAT, Math.min(LAST_LAT, at.lat)).toFixed(n), at.lng.toFixed(n)];
  }
  function paintCross() {
    if (!adding) return;
    var at = aimPoint();
    crosshair.style.left = at.x + 'px'; crosshair.style.top = at.y + 'px';
    crosshair.lastChild.textContent = rounded(aim()).join(', ');
  }
  function put(latlng, by) {
    var at = rounded(latlng);
    if (fields.name.input.value === '') fields.name.input.value = oneLine(wantedName);
    wantedName = '';
    fields.lat.input.value = at[0]; fields.lon.input.value = at[1];
    say('lat', ''); say('lon', '');
    stage('form');
    refresh();
    show(at);
    addStatus.textContent = fill(T.addSet, { c: at.join(', ') });
    // A tap must not bring up the keyboard of a phone: it would hide the map that was tapped.
    if (by === 'pointer' && phone.matches) return;
    fields.name.input.focus({ preventScroll: true });
    fields.name.input.select();
  }
  function show(at) {
    var pad = padding();
    map.panInside(at, { paddingTopLeft: [pad.l, pad.t], paddingBottomRight: [pad.r, pad.b], animate: false });
  }
  function say(key, text) {
    fields[key].error.textContent = text; fields[key].error.hidden = !text;
    fields[key].input.setAttribute('aria-invalid', String(!!text));
  }
  // The form as a place, and what is wrong with it, by field.
  function read() {
    var bad = {}, value = {};
    Object.keys(fields).forEach(function (key) { value[key] = oneLine(fields[key].input.value); });
    var kind = KINDS[value.kind];
    if (!value.name) bad.name = T.badName;
    else if (!/\p{L}/u.test(value.name)) bad.name = T.badLetters;
    else if (value.name.length > 300) bad.name = fill(T.badLong, { n: 300 });
    var lat = readNumber(value.lat), lon = readNumber(value.lon), radius = readNumber(value.radius);
    if (isNaN(lat)) bad.lat = fill(T.badNumber, { n: '43.2003' });
    else if (Math.abs(lat) > 90) bad.lat = Math.abs(lat) <= 180 && Math.abs(lon) <= 90 ? T.badSwap : fill(T.badRange, { n: 90 });
    if (isNaN(lon)) bad.lon = fill(T.badNumber, { n: '20.7206' });
    else if (Math.abs(lon) > 180) bad.lon = fill(T.badRange, { n: 180 });
    if (value.country && !/^[A-Za-z]{2}$/.test(value.country)) bad.country = T.badCountry;
    if (value.radius && !(radius >= 0.01 && radius <= 10000)) bad.radius = T.badRadius;
    var seen = {};
    seen[value.name] = 1;
    var others = value.names.split(';').map(function (n) { return n.trim(); }).filter(function (n) {
      if (!n || Object.prototype.hasOwnProperty.call(seen, n)) return false;
      return (seen[n] = true);
    });
    return { bad: bad, place: {
      title: value.name, lat: bad.lat ? '' : degrees(lat), lon: bad.lon ? '' : degrees(lon), variants: others, kind: value.kind,
      feature_class: kind.fclass, feature_code: kind.fcode, ccodes: value.country.toUpperCase(), given: !!value.radius,
      radius_km: value.radius && !bad.radius ? String(radius) : String(kind.radius), source: value.source, note: value.note
    } };
  }
  // What is drawn follows what is typed; a pasted "43.20028, 20.72056" is two numbers.
  function refresh(key) {
    if (key === 'lat' || key === 'lon') {
      var pair = /^\s*([+-]?\d{1,3}\.\d{1,15})\s*[,;\s]\s*([+-]?\d{1,3}\.\d{1,15})\s*$/.exec(fields[key].input.value);
      if (pair) { fields.lat.input.value = pair[1]; fields.lon.input.value = pair[2]; say('lat', ''); say('lon', ''); }
    }
    var found = read();
    fields.radius.input.placeholder = KINDS[fields.kind.input.value].radius;
    if (!fields.name.error.textContent && INVISIBLE.test(fields.name.input.value)) { fields.name.error.textContent = T.oddName; fields.name.error.hidden = false; }
    draft = found.place.lat && found.place.lon ? found.place : null;
    if (draft && (key === 'lat' || key === 'lon')) show([+draft.lat, +draft.lon]);
    paintDraft();
  }
  function clear() {
    Object.keys(fields).forEach(function (key) { fields[key].input.value = ''; say(key, ''); });
    fields.kind.input.value = firstKind;
    editing = null;
    refresh();
    paintMine();
  }
  function keep() {
    var found = read(), wrong = Object.keys(found.bad), place = found.place;
    Object.keys(fields).forEach(function (key) { say(key, found.bad[key] || ''); });
    if (wrong.length) { fields[wrong[0]].input.focus(); return; }
    var stem = 'user:' + slug(place.title), number = 1;
    place.id = stem;
    while (kept.some(function (other) { return other !== editing && other.id === place.id; })) place.id = stem + '-' + (++number);
    var at = kept.indexOf(editing);
    if (at >= 0) kept[at] = place; else kept.push(place);
    wantedName = '';
    clear();
    stage('pick');
    addStatus.textContent = fill(T.added, { n: place.title });
    right.scrollTop = 0;
    mineHead.focus({ preventScroll: true });
  }
  function edit(place) {
    clear();
    editing = place;
    var values = { name: place.title, kind: place.kind, lat: place.lat, lon: place.lon, names: place.variants.join('; '), country: place.ccodes,
      radius: place.given ? place.radius_km : '', source: place.source, note: place.note };
    Object.keys(values).forEach(function (key) { fields[key].input.value = values[key]; });
    stage('form'); refresh(); paintMine(); show([+place.lat, +place.lon]);
    right.scrollTop = 0;
    fields.name.input.focus({ preventScroll: true });
  }
  function stage(which) {
    addView.dataset.step = box.dataset.add = which;
    pick.hidden = which !== 'pick'; form.hidden = which !== 'form';
    pickHead.textContent = '';
    pickHow.hidden = kept.length > 0;  // whoever has added one knows
    if (kept.length && !wantedName) pickHead.textContent = T.addAnother;
    else if (wantedName) {
      var parts = T.addWhereNamed.split('{n}');
      [document.createTextNode(parts[0]), name(wantedName), document.createTextNode(parts[1])].forEach(function (n) { pickHead.appendChild(n); });
    } else pickHead.textContent = T.addWhere;
    formDo.textContent = editing ? T.addSave : T.addDo;
    addStatus.textContent = '';
    paintCross();
  }
  function flag(place) {
    return L.marker([+place.lat, +place.lon], { icon: new Flag({ place: place }), interactive: false, keyboard: false, zIndexOffset: 2000 }).addTo(map);
  }
  function paintDraft() {
    if (draftFlag) draftFlag.remove();
    draftFlag = draft && adding ? flag(draft) : null;
    shapes.redraw();
  }
  function paintMine() {
    flags.forEach(function (one) { one.remove(); });
    flags = kept.filter(function (place) { return place !== editing; }).map(flag);
    paintDraft();
    mineHead.textContent = fill(T.addMine, { n: kept.length });
    mineBox.hidden = !kept.length;
    mineList.textContent = '';
    kept.forEach(function (place) {
      var li = el('li', 'gm-mine-one'), words = el('div', 'gm-mine-text', null, name(place.title, 'gm-place'), el('div', 'gm-dim', place.lat + ', ' + place.lon));
      li.appendChild(words);
      li.appendChild(button('gm-mini', T.edit, function () { edit(place); }, T.edit + ': ' + place.title));
      li.appendChild(button('gm-mini', T.remove, function () {
        kept.splice(kept.indexOf(place), 1);
        if (editing === place) editing = null;
        paintMine(); stage(addView.dataset.step);
        addStatus.textContent = fill(T.removed, { n: place.title });
        (kept.length ? mineHead : addHead).focus();
      }, T.remove + ': ' + place.title));
      mineList.appendChild(li);
    });
    takes.rows.text.value = [COLUMNS.join(',')].concat(kept.map(csvRow)).join('\n');
    takes.commands.text.value = kept.map(commandOf).join('\n');
    takes.rows.text.rows = Math.min(6, kept.length + 1) + 1; takes.commands.text.rows = Math.min(9, 2 + kept.length * 3);
    [['rows', T.addRow, T.addRows], ['commands', T.addCommand, T.addCommands]].forEach(function (one) {
      var words = kept.length === 1 ? one[1] : one[2];
      takes[one[0]].title.textContent = words; takes[one[0]].text.setAttribute('aria-label', words);
    });
    load.textContent = kept.length === 1 ? T.addLoad : fill(T.addLoadAll, { n: kept.length });
    var words_ = kept.length ? fill(T.addKept, { n: kept.length }) : T.add;
    toolAdd.setAttribute('aria-label', words_); toolAdd.title = words_;
    toolAdd.classList.toggle('gm-has', kept.length > 0);
  }
  var Flag = L.Icon.extend({
    createIcon: function () {
      var place = this.options.place, node = el('div', 'gm-flag' + (kept.indexOf(place) < 0 ? ' gm-flag-draft' : ''));
      node.appendChild(svg('svg', { viewBox: '0 0 30 40', 'aria-hidden': 'true' }, svg('path', { d: 'M6 38V3h20l-5 7.500 5 7.500H6', class: 'gm-flag-halo' }),
        svg('path', { d: 'M6 3h20l-5 7.500 5 7.500H6z', class: 'gm-flag-cloth' }), svg('path', { d: 'M6 38V3', class: 'gm-flag-pole' }),
        svg('path', { d: 'M13 6.500v8M9 10.500h8', class: 'gm-flag-plus' }), svg('circle', { cx: 6, cy: 38, r: 2.200, class: 'gm-flag-foot' })));
      if (place.title) node.appendChild(el('span', 'gm-caption', null, name(place.title)));
      return node;
    },
    createShadow: function () { return null; }
  });
  function copy(text) {
    function byHand() {
      text.focus(); text.select();
      var done = false;
      try { done = document.execCommand('copy'); } catch (error) { done = false; }
      addStatus.textContent = done ? T.copied : T.copyHand;
    }
    // Pages opened from disk or inside a notebook may not be allowed to use the clipboard.
    if (navigator.clipboard && navigator.clipboard.writeText) {
      navigator.clipboard.writeText(text.value).then(function () { addStatus.textContent = T.copied; }, byHand);
    } else byHand();
  }
  function download() {
    // The mark at the front tells spreadsheets that it is UTF-8.
    var rows = '\ufeff' + [COLUMNS.join(',')].concat(kept.map(csvRow)).join('\r\n') + '\r\n';
    var url = URL.createObjectURL(new Blob([rows], { type: 'text/csv;charset=utf-8' })), a = el('a');
    a.href = url; a.download = 'places.csv'; a.hidden = true;
    addView.appendChild(a); a.click(); a.remove();  // in the panel: the map must not take this for a click
    setTimeout(function () { URL.revokeObjectURL(url); }, 10000);
  }

  function placeIt(words, text, number) {
    var node = button('gm-mini gm-place-it', words, function () { startAdding(node, text); });
    node.dataset.place = number;
    return node;
  }
  function startAdding(from, text) {
    if (text !== undefined) { clear(); wantedName = text; }
    adding = true; opener = from;
    sheetBefore = box.dataset.sheet; scrollBefore = right.scrollTop;
    listView.hidden = detailView.hidden = true; addView.hidden = crosshair.hidden = false;
    box.classList.add('gm-adding'); toolAdd.setAttribute('aria-pressed', 'true');
    box.dataset.sheet = 'add';
    stage(form.hidden || text !== undefined ? 'pick' : 'form');
    paintMine(); paintCross();
    right.scrollTop = 0;
    (addView.dataset.step === 'form' ? addHead : box).focus({ preventScroll: true });
    if (document.activeElement === box) addStatus.textContent = fill(T.addCross, { c: rounded(aim()).join(', ') });
  }
  function leaveAdding(quiet) {
    adding = false;
    addView.hidden = crosshair.hidden = true;
    detailView.hidden = !state.id; listView.hidden = !!state.id;
    box.classList.remove('gm-adding'); toolAdd.setAttribute('aria-pressed', 'false');
    sheet(sheetBefore === 'add' ? 'list' : sheetBefore);
    paintMine();
    if (quiet || !opener) return;
    right.scrollTop = scrollBefore;
    // The evidence may have been painted anew meanwhile.
    var back = opener.isConnected ? opener : detailView.querySelector('.gm-place-it[data-place="' + opener.dataset.place + '"]') || toolAdd;
    back.focus({ preventScroll: true });
  }
  // Before Leaflet's own keys: an arrow moves the map by a little, with Shift by more.
  box.addEventListener('keydown', function (e) {
    if (!adding || e.isComposing) return;
    if (e.key === 'Escape') { e.preventDefault(); e.stopImmediatePropagation(); leaveAdding(); return; }
    if (e.target !== box || e.ctrlKey || e.altKey || e.metaKey) return;
    var by = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[e.key];
    if (by) map.panBy(L.point(by).multiplyBy(e.shiftKey ? 120 : 12), { animate: false });
    else if (e.key === 'Enter' || e.key === ' ') put(aim(), 'key');
    else return;
    if (by) { paintCross(); addStatus.textContent = fill(T.addCross, { c: rounded(aim()).join(', ') }); }
    e.preventDefault(); e.stopImmediatePropagation();
  }, true);
  map.on('move zoomend resize', paintCross);
  clear();
  stage('pick');

  // ---- the address keeps the state ----------------------------------------------------------------------
  var canRemember = /^(file|https?):$/.test(location.protocol) && window.self === window.top, restoring = false;
  function remember() {
    if (!canRemember || restoring) return;
    var parts = [];
    facets.forEach(function (facet) {
      var off = facet.values.filter(function (v) { return state.off[facet.key][v]; });
      var standard = facet.key === 'c' ? facet.values.filter(function (v) { return v === 'historical'; }) : [];
      if (off.join() !== standard.join()) parts.push(facet.key + '=' + off.map(encode).join(','));
    });
    if (state.q) parts.push('q=' + encode(state.q));
    if (state.from !== null) parts.push('from=' + state.from);
    if (state.to !== null) parts.push('to=' + state.to);
    if (!state.undated) parts.push('undated=0');
    if (state.id) parts.push('id=' + encode(state.id));
    history.replaceState(null, '', parts.length ? '#' + parts.join('&') : location.pathname + location.search);
  }
  function restore() {
    var wanted = null;
    location.hash.slice(1).split('&').forEach(function (part) {
      var cut = part.indexOf('='), key = part.slice(0, cut), value = part.slice(cut + 1);
      if (cut < 0) return;
      try {
        if (Object.prototype.hasOwnProperty.call(state.off, key)) {
          state.off[key] = {};
          value.split(',').forEach(function (v) { if (v) state.off[key][decodeURIComponent(v)] = true; });
        } else if (key === 'q') { state.q = search.value = decodeURIComponent(value); }
        else if ((key === 'from' || key === 'to') && /^-?\d{1,7}$/.test(value)) state[key] = +value;
        else if (key === 'undated') state.undated = value !== '0';
        else if (key === 'id') wanted = decodeURIComponent(value);
      } catch (error) { if (!(error instanceof URIError)) throw error; }
    });
    return wanted;
  }

  if (incidents.length && incidents.every(function (i) { return i.c === 'historical'; })) state.off.c = {};
  restoring = true;
  var wanted = canRemember ? restore() : null;
  sheet('list');
  apply({ quiet: true });
  map.invalidateSize({ animate: false });
  fit(false);
  restoring = false;
  if (wanted) select(wanted, { from: 'hash' });

  darkness.addEventListener('change', function () { readCss(); base.base.redraw(); base.letters.redraw(); shapes.redraw(); });
  phone.addEventListener('change', function () { map.invalidateSize(); });
  map.on('moveend', placeAreas);
  placeAreas();
  map.on('click', function (e) {
    // A button that its own click took out of a panel: Leaflet no longer sees that it was in one.
    if (e.originalEvent && !e.originalEvent.target.isConnected) return;
    if (adding) put(e.latlng, 'pointer');
    else if (state.id) select(null);
  });
  box.classList.add('gm-ready');
  return { map: map, state: state, apply: apply, select: select };
}
window.geomapMount = mount;
