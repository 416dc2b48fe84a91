// ---- what can be taken away: links, files of what is shown, and paper --------------------------------------------------
function makeExports(app) {
  const store = app.store, filters = app.filters, data = app.data, state = app.state;

  // -- texts for files --
  // XML 1.0 has no place for most control characters, nor for halves of characters.
  function xml(text) {
    return String(text === undefined || text === null ? '' : text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
      .replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
  }
  const whole = text => typeof text === 'string' ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text;
  function properties(i) {
    const one = store.incident(i), first = one.o[0] || {};
    return {
      incident_id: one.id, type: one.t, type_label: one.spec.label, certainty: one.c, attribution_level: one.l, attribution_source: one.src,
      date_start: one.d0 === null ? undefined : isoDay(one.d0), date_end: one.d1 === null ? undefined : isoDay(one.d1), part_of_day: one.pod, time_expression: one.te, date_reason: one.dr,
      place: wherever(one), geo_precision: one.gp, where_prec: one.wp, score: one.s,
      actors: one.a.map(a => a.x).join('; ') || undefined, deaths: range(one.dead) || undefined, injured: range(one.hurt) || undefined, detained: range(one.held) || undefined, crowd_size: range(one.crowd) || undefined,
      quote: one.q, source: first.source, title: first.title, url: safeLink(first.url) || undefined, published: first.published, sources: one.o.length,
      conflicts: one.x.map(x => x.what + ': ' + x.told.map(told => told.value + ' (' + sourceName(one, told.doc_id) + ')').join(', ')).join('; ') || undefined
    };
  }
  const around = (lat, lon, km) => {  // a circle as a ring of a polygon, counter-clockwise
    const ring = [];
    for (let b = 0; b <= 360; b += 15) { const p = away(lat, lon, 360 - b % 360, km); ring.push([+p[1].toFixed(5), +p[0].toFixed(5)]); }
    return ring;
  };
  function geometry(f) {
    if (f.o !== null) {
      const outline = data.outlines[f.o], rings = outline.arcs.map(text => degreesOf(text, outline.scale)), parts = [];
      let at = 0;
      // Each part's first ring is its outside, counter-clockwise; the others are holes, clockwise. On the grid of the
      // file a small ring may have shrunk to a line.
      outline.parts.forEach(n => {
        const part = rings.slice(at, at + n);
        at += n;
        if (part[0].length >= 4) parts.push(part.filter(ring => ring.length >= 4).map((ring, k) => (area2(ring) > 0) === (k === 0) ? ring : ring.slice().reverse()));
      });
      return parts.length === 1 ? { type: 'Polygon', coordinates: parts[0] } : { type: 'MultiPolygon', coordinates: parts };
    }
    if (f.line.length > 1) return { type: 'LineString', coordinates: f.line.map(p => [p[1], p[0]]) };
    if (f.k === 'area') return { type: 'Polygon', coordinates: [around(f.line[0][0], f.line[0][1], radiusOf(f))] };
    return { type: 'Point', coordinates: [f.line[0][1], f.line[0][0]] };
  }
  function area2(ring) {  // twice a ring's area, above 0 where it runs counter-clockwise
    let sum = 0;
    for (let i = 1; i < ring.length; i++) sum += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
    return sum;
  }
  function degreesOf(text, scale) {
    const flat = decodeArc(text, scale), line = [];
    for (let i = 0; i < flat.length; i += 2) {
      line.push([+((flat[i] - 0.5) * 360).toFixed(4), +(Math.atan(Math.sinh(Math.PI * (1 - 2 * flat[i + 1]))) * 180 / Math.PI).toFixed(4)]);
    }
    return line;
  }
  const drawn = i => {  // as the filters leave it: an incident may be drawn in several ways
    const off = filters.facet('k').off;
    return store.incident(i).f.filter(f => !off[f.kind]);
  };
  app.asGeojson = function () {
    const features = [];
    filters.visible.forEach(i => {
      const own = drawn(i), facts = {};
      Object.entries(properties(i)).forEach(([key, value]) => { if (value !== undefined) facts[key] = whole(value); });
      (own.length ? own : [null]).forEach(f => features.push(JSON.stringify({ type: 'Feature', geometry: f ? geometry(f) : null,
        properties: f ? Object.assign({ geometry_kind: f.k, radius_km: f.r === null ? undefined : f.r }, facts) : Object.assign({ geometry_kind: 'none' }, facts) })));
    });
    return '{"type":"FeatureCollection","features":[\n' + features.join(',\n') + '\n]}\n';
  };
  app.asCsv = function () {
    const columns = ['incident_id', 'type', 'type_label', 'certainty', 'attribution_level', 'attribution_source', 'date_start', 'date_end', 'part_of_day', 'place', 'geometry_kind', 'lat', 'lon',
      'radius_km', 'geo_precision', 'where_prec', 'score', 'actors', 'deaths', 'injured', 'detained', 'crowd_size', 'quote', 'source', 'title', 'url', 'published', 'sources', 'conflicts'];
    const rows = [columns.join(',')];
    filters.visible.forEach(i => {
      const facts = properties(i), own = drawn(i);
      (own.length ? own : [null]).forEach(f => {
        const point = f && f.o === null && f.line.length === 1 && f.k !== 'area' ? f.line[0] : ['', ''];
        const row = Object.assign({}, facts, { geometry_kind: f ? f.k : 'none', lat: point[0], lon: point[1], radius_km: f && f.r !== null ? f.r : '' });
        // Numbers of ours stand bare (a latitude may begin with a minus); every text is made safe for a spreadsheet.
        rows.push(columns.map(key => typeof row[key] === 'number' ? String(row[key]) : csvText(whole(row[key] === undefined ? '' : String(row[key])))).join(','));
      });
    });
    return '\ufeff' + rows.join('\r\n') + '\r\n';
  };
  app.asKml = function () {
    const tuple = p => p[0] + ',' + p[1];
    const shape = f => {
      const g = geometry(f);
      if (g.type === 'Point') return '<Point><coordinates>' + tuple(g.coordinates) + '</coordinates></Point>';
      if (g.type === 'LineString') return '<LineString><coordinates>' + g.coordinates.map(tuple).join(' ') + '</coordinates></LineString>';
      const ring = (points, where) => '<' + where + '><LinearRing><coordinates>' + points.map(tuple).join(' ') + '</coordinates></LinearRing></' + where + '>';
      return (g.type === 'Polygon' ? [g.coordinates] : g.coordinates)
        .map(part => '<Polygon>' + part.map((points, k) => ring(points, k ? 'innerBoundaryIs' : 'outerBoundaryIs')).join('') + '</Polygon>').join('');
    };
    const style = (t, spec) => {  // aabbggrr
      const c = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(spec.colour) || ['', '52', '52', '52'], kml = 'ff' + c[3] + c[2] + c[1];
      return '<Style id="t' + t + '"><IconStyle><color>' + kml + '</color></IconStyle><LineStyle><color>' + kml + '</color><width>2</width></LineStyle><PolyStyle><fill>0</fill></PolyStyle></Style>';
    };
    const marks = [];
    filters.visible.forEach(i => {
      const facts = properties(i), one = store.incident(i), own = drawn(i);
      const when = facts.date_start ? '<TimeSpan><begin>' + facts.date_start + '</begin><end>' + facts.date_end + '</end></TimeSpan>' : '';
      // A viewer takes the description for HTML: escaped once more, article text stays text there.
      const words = [facts.quote, facts.title, facts.source, facts.url].filter(Boolean).map(xml).join('<br>');
      const extra = Object.keys(facts).filter(key => facts[key] !== undefined).map(key => '<Data name="' + key + '"><value>' + xml(facts[key]) + '</value></Data>').join('');
      marks.push('<Placemark id="i' + i + '"><name>' + xml(titleOf(one)) + '</name><description>' + xml(words) + '</description>' + when + '<styleUrl>#t' + store.type[i] + '</styleUrl><ExtendedData>' + extra + '</ExtendedData>'
        + (own.length ? '<MultiGeometry>' + own.map(shape).join('') + '</MultiGeometry>' : '') + '</Placemark>');
    });
    return '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>' + xml(data.title) + '</name>' + store.specs.map((spec, t) => style(t, spec)).join('') + '\n' + marks.join('\n') + '\n</Document></kml>\n';
  };
  function save(text, type, ending) {
    const url = URL.createObjectURL(new Blob([text], { type: type })), a = el('a');
    a.href = url; a.download = 'incidents.' + ending; a.hidden = true;
    box.appendChild(a); a.click(); a.remove();  // in the panel: the map must not take this for a click
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  // -- the box in the legend --
  const box = el('div', 'gm-facet gm-export', null, el('div', 'gm-legend', null, el('h2', null, T.export))), what = el('p', 'gm-dim'), row = el('div', 'gm-add-row'), status = el('p', 'gm-dim'), hand = el('input', 'gm-hand');
  status.setAttribute('role', 'status'); hand.readOnly = true; hand.hidden = true; hand.setAttribute('aria-label', T.linkHand); hand.dir = 'ltr';
  row.appendChild(button('gm-button', T.asGeojson, () => save(app.asGeojson(), 'application/geo+json', 'geojson')));
  row.appendChild(button('gm-button', T.asCsv, () => save(app.asCsv(), 'text/csv;charset=utf-8', 'csv')));
  row.appendChild(button('gm-button', T.asKml, () => save(app.asKml(), 'application/vnd.google-earth.kml+xml', 'kml')));
  row.appendChild(button('gm-button', T.print, () => window.print()));
  row.appendChild(button('gm-button', T.copyLink, () => copyLink(status, hand)));
  [what, row, status, hand].forEach(node => box.appendChild(node));
  app.frame.body.appendChild(box);
  app.on('filter', () => { what.textContent = fill(T.exportWhat, { n: count(filters.visible.length) }); status.textContent = ''; hand.hidden = true; });

  function copyLink(status_, hand_) {
    if (!app.canRemember) { status_.textContent = T.linkNone; return; }
    app.remember(true);
    const link = location.href;
    const byHand = () => { status_.textContent = T.linkHand; hand_.value = link; hand_.hidden = false; hand_.focus(); hand_.select(); };
    // Pages opened from disk may not be allowed to use the clipboard.
    if (navigator.clipboard && navigator.clipboard.writeText) navigator.clipboard.writeText(link).then(() => { status_.textContent = T.linkCopied; }, byHand);
    else byHand();
  }
  app.linkButton = function () {
    const wrap = el('div', 'gm-link-box'), said = el('p', 'gm-dim'), text = el('input', 'gm-hand');
    said.setAttribute('role', 'status'); text.readOnly = true; text.hidden = true; text.setAttribute('aria-label', T.linkHand); text.dir = 'ltr';
    wrap.appendChild(button('gm-button gm-copy-link', T.copyHere, () => copyLink(said, text)));
    wrap.appendChild(said); wrap.appendChild(text);
    return wrap;
  };

  // -- paper: the map, its legend, and the incidents numbered as their signs are --
  let screen_ = null;
  const PAGES = 500, paper = el('section', 'gm-paper');
  paper.setAttribute('aria-hidden', 'true');
  app.box.parentNode.insertBefore(paper, app.box.nextSibling);
  function numbersOf(list) {
    const text = list.sort((a, b) => a - b);
    return text.length > 4 ? text.slice(0, 3).join(', ') + ' …' : text.join(', ');
  }
  function before() {
    const numbers = new Map();
    filters.visible.subarray(0, PAGES).forEach((i, n) => numbers.set(i, n + 1));
    app.print = { number: i => numbers.has(i) ? String(numbers.get(i)) : '', numbers: members => numbersOf([...new Set(members.map(m => numbers.get(store.marks.incident[m])).filter(Boolean))]) };
    paper.textContent = '';
    paper.dir = W.dir;
    paper.appendChild(el('p', 'gm-dim', fill(T.exportWhat, { n: count(filters.visible.length) }) + (app.inUse().length ? ' · ' + fill(T.nothingWhy, { v: app.inUse().join(', ') }) : '')));
    const legend = el('div', 'gm-paper-legend');
    app.legendRows().forEach(part => {
      const column = el('div', null, null, el('h2', null, part.title));
      part.rows.forEach(one => { const line = el('div', 'gm-row', null, one.sign); line.appendChild(el('span', 'gm-label', one.label + ' (' + count(one.n) + ')')); column.appendChild(line); });
      legend.appendChild(column);
    });
    paper.appendChild(legend);
    paper.appendChild(el('h2', null, T.list));
    paper.appendChild(el('p', 'gm-dim', T.numbered + (filters.visible.length > PAGES ? ' ' + fill(T.tableSome, { n: PAGES, m: count(filters.visible.length) }) : '')));
    const list = el('ol', 'gm-paper-list');
    filters.visible.subarray(0, PAGES).forEach(i => {
      const one = store.incident(i), li = el('li', null, null, sign(one.spec, 'circle', one.form, true), el('b', null, titleOf(one)));
      li.appendChild(el('span', null, ' · ')); li.appendChild(name(wherever(one))); li.appendChild(el('span', null, ' · ' + whenWords(one)));
      const quote = el('p', 'gm-paper-quote', one.q || ''); quote.dir = 'auto'; li.appendChild(quote);
      const first = one.o[0];
      if (first) li.appendChild(el('p', 'gm-dim', null, name([first.source, first.title, first.published].filter(Boolean).join(' · '))));
      list.appendChild(li);
    });
    paper.appendChild(list);
    paper.appendChild(el('p', 'gm-dim', T.printed + '. ' + fill(T.attribution, { v: data.view })));
    app.box.dataset.printTitle = data.title.slice(0, 200);
    // The sheet of paper shows what the panels leave free of the window.
    const map = app.map, size = map.getSize(), pad = app.padding(), seen = L.latLngBounds(
      map.containerPointToLatLng([pad.l - 50, 10]), map.containerPointToLatLng([size.x - pad.r + 50, size.y - pad.b + 40]));
    screen_ = { at: map.getCenter(), zoom: map.getZoom() };
    app.box.classList.add('gm-printing');
    map.invalidateSize({ animate: false });
    map.fitBounds(seen, { animate: false });
    app.showMarks();
  }
  window.addEventListener('beforeprint', before);
  window.addEventListener('afterprint', () => { 
    app.print = null; paper.textContent = '';
    app.box.classList.remove('gm-printing');
    app.map.invalidateSize({ animate: false });
    if (screen_) app.map.setView(screen_.at, screen_.zoom, { animate: false });
    screen_ = null;
    app.showMarks();
  });
}
