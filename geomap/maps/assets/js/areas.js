// ---- counts by region and country: a layer that follows the one filter state ------------------------------------
// areasLayer(app) gives { section, value(), set(value), redraw() }: section is a node for the panel, value() what
// the address keeps ("" off, else "admin1" or "country", with "-km2" where counts are per area). app has map, data, box, css,
// visible() (the numbers of the incidents shown, in the data's order), incident(n), on('filter', fn) and, if it keeps the
// state in the address, changed().
var AREA_CSS = ['area-1', 'area-2', 'area-3', 'area-4', 'area-5'];
// So many rows of the table are there at once: a world has thousands of regions.
var AREA_ROWS = 60;
// Upper ends of up to five classes of like size, from the values of the areas that have any.
function areaClasses(values) {
  var sorted = values.slice().sort(function (a, b) { return a - b; }), ends = [];
  for (var i = 1; i <= 5; i++) {
    var value = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * i / 5) - 1)];
    if (value !== undefined && ends.indexOf(value) < 0) ends.push(value);
  }
  return ends;
}
function areaNumber(value) {
  return value >= 100 || value === Math.round(value) ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
function areasLayer(app) {
  var data = app.data.areas, map = app.map, level = '', per = false, counted = null;
  var words = function (key, values) { return fill(T[key], values || {}); };
  var levels = ['admin1', 'country'].filter(function (one) { return data[one]; });
  // Outlines are read when they are first asked for: the page is there sooner.
  function ready(one) {
    if (data[one].ready) return;
    data[one].ready = true;
    data[one].areas.forEach(function (area) {
      area.rings = area.arcs.map(function (text) { return decodeArc(text, area.scale); });
      area.box = [9, 9, -9, -9];
      area.rings.forEach(function (ring) { boxOf(ring, area.box); });
    });
  }
  if (!map.getPane('gmAreas')) { map.createPane('gmAreas').style.zIndex = 210; map.getPane('gmAreas').style.pointerEvents = 'none'; }

  // The counts of what the filters show: how many in each area, and of which types.
  function count() {
    ready(level);
    var of = data[level].of, areas = data[level].areas, rest = 0;
    var totals = areas.map(function () { return { n: 0, types: {} }; });
    app.visible().forEach(function (number) {
      var listed = of[number] || [];
      if (!listed.length) rest++;
      if (!listed.length) return;
      var type = app.incident(number).t;
      listed.forEach(function (at) { totals[at].n++; totals[at].types[type] = (totals[at].types[type] || 0) + 1; });
    });
    totals.forEach(function (total, i) { total.value = per ? (areas[i].km2 ? total.n / areas[i].km2 * 1e4 : 0) : total.n; total.at = i; });
    var shown = totals.filter(function (total) { return total.n > 0; });
    return { totals: totals, shown: shown, rest: rest, ends: areaClasses(shown.map(function (total) { return total.value; })) };
  }
  function classOf(value) {
    var ends = counted.ends, i = 0;
    while (i < ends.length - 1 && value > ends[i]) i++;
    // Few classes are spread over the whole scale.
    return ends.length > 1 ? Math.round(i * 4 / (ends.length - 1)) : 2;
  }
  function colour(step) {
    return getComputedStyle(app.box).getPropertyValue('--gm-area-' + (step + 1)).trim();
  }
  var layer = new CanvasLayer('gmAreas', function (v) {
    if (!level || !counted) return;
    var ctx = v.ctx, areas = data[level].areas, tones = [0, 1, 2, 3, 4].map(colour), ink = getComputedStyle(app.box).getPropertyValue('--gm-area-ink').trim();
    var edge = getComputedStyle(app.box).getPropertyValue('--gm-area-edge').trim();
    [-1, 0, 1].forEach(function (shift) {
      counted.shown.forEach(function (total) {
        var area = areas[total.at], x0 = (area.box[0] + shift) * v.world - v.ox, x1 = (area.box[2] + shift) * v.world - v.ox;
        var y0 = area.box[1] * v.world - v.oy, y1 = area.box[3] * v.world - v.oy;
        if (x1 < 0 || x0 > v.width || y1 < 0 || y0 > v.height) return;
        ctx.beginPath();
        area.rings.forEach(function (ring) {
          for (var i = 0; i < ring.length; i += 2) {
            var x = (ring[i] + shift) * v.world - v.ox, y = ring[i + 1] * v.world - v.oy;
            if (i) ctx.lineTo(x, y); else ctx.moveTo(x, y);
          }
          ctx.closePath();
        });
        ctx.globalAlpha = 0.72; ctx.fillStyle = tones[classOf(total.value)]; ctx.fill('evenodd');
        ctx.globalAlpha = 1; ctx.strokeStyle = edge; ctx.lineWidth = 1; ctx.stroke();
      });
      // The numbers lie over all the colours.
      counted.shown.forEach(function (total) {
        var area = areas[total.at], wide = (area.box[2] - area.box[0]) * v.world, tall = (area.box[3] - area.box[1]) * v.world;
        var text = areaNumber(total.value), x = (mercX(area.at[1]) + shift) * v.world - v.ox, y = mercY(area.at[0]) * v.world - v.oy;
        if (x < -20 || y < -20 || x > v.width + 20 || y > v.height + 20) return;
        ctx.font = '600 13px ' + app.css.font;
        if (ctx.measureText(text).width > wide * 0.7 || tall < 18) return;
        ctx.textAlign = 'center'; ctx.textBaseline = 'middle'; ctx.lineJoin = 'round';
        ctx.strokeStyle = edge; ctx.lineWidth = 3.5; ctx.strokeText(text, x, y); ctx.fillStyle = ink; ctx.fillText(text, x, y);
        ctx.textAlign = 'start';
      });
    });
  });

  var section = el('div', 'gm-facet gm-areas'), choice = el('div', 'gm-areas-choice'), legend = el('div', 'gm-areas-legend'), rows = el('details', 'gm-areas-rows');
  var group = 'gm-areas-' + Math.floor(mercX(0) * 1e6) + '-' + app.map._leaflet_id, radios = {};
  section.setAttribute('role', 'group'); section.setAttribute('aria-label', words('areas'));
  section.appendChild(el('div', 'gm-legend', null, el('h2', null, words('areas'))));
  [''].concat(levels).forEach(function (one) {
    var input = el('input'), text = one === '' ? 'areasOff' : one === 'admin1' ? 'areasAdmin1' : 'areasCountry';
    input.type = 'radio'; input.name = group; input.value = one; input.checked = one === level;
    input.addEventListener('change', function () { if (input.checked) choose(one, per); });
    radios[one] = input;
    choice.appendChild(el('label', 'gm-areas-one', null, input, el('span', null, words(text))));
  });
  var density = el('input');
  density.type = 'checkbox';
  density.addEventListener('change', function () { choose(level, density.checked); });
  var densityLine = el('label', 'gm-areas-one', null, density, el('span', null, words('areasPer')));
  section.appendChild(choice); section.appendChild(densityLine); section.appendChild(legend); section.appendChild(rows);
  legend.setAttribute('aria-live', 'polite');

  function typeWords(types) {
    return Object.keys(types).sort(function (a, b) { return types[b] - types[a] || (a < b ? -1 : 1); }).map(function (type) {
      return types[type] + ' ' + (app.data.types[type] ? app.data.types[type].label : type);
    }).join(', ');
  }
  function paint() {
    densityLine.hidden = legend.hidden = rows.hidden = !level;
    legend.textContent = '';
    if (!level) return;
    var areas = data[level].areas, what = words(level === 'admin1' ? 'areasRegion' : 'areasLand');
    legend.appendChild(el('p', 'gm-dim', counted.shown.length ? words(per ? 'areasLegendPer' : 'areasLegend') : words('areasNone', { level: what })));
    legend.lastChild.textContent = legend.lastChild.textContent.replace('{level}', what);
    var from = null;
    counted.ends.forEach(function (end, i) {
      var swatch = el('span', 'gm-areas-swatch'), low = i ? counted.ends[i - 1] : Math.min.apply(null, counted.shown.map(function (t) { return t.value; }));
      swatch.style.background = colour(classOf(end));
      from = i && !per ? low + 1 : low;
      legend.appendChild(el('div', 'gm-areas-class', null, swatch, el('span', null, areaNumber(from) === areaNumber(end) ? areaNumber(end) : areaNumber(from) + ' – ' + areaNumber(end))));
    });
    if (counted.rest && data[level].left) legend.appendChild(el('p', 'gm-dim', words('areasLeft', { n: counted.rest, m: areas.length })));
    else if (counted.rest) legend.appendChild(el('p', 'gm-dim', (level === 'admin1' ? words('areasRest', { n: counted.rest }) : words('areasRestLand', { n: counted.rest })).replace('{level}', what)));
    if (rows.open) table();
  }
  function table() {
    var areas = data[level].areas, body = el('tbody');
    while (rows.childNodes.length > 1) rows.lastChild.remove();
    var listed = counted.shown.slice().sort(function (a, b) { return b.value - a.value || (areas[a.at].n < areas[b.at].n ? -1 : 1); });
    listed.slice(0, AREA_ROWS).forEach(function (total) {
      var area = areas[total.at], go = button('gm-mini', null, function () { map.fitBounds(boundsOf(area), { animate: !reduced(), maxZoom: 9 }); });
      go.appendChild(name(area.n));
      var row = el('tr', null, null, el('th', null, null, go), el('td', null, String(total.n)));
      row.firstChild.setAttribute('scope', 'row');
      if (per) row.appendChild(el('td', null, areaNumber(total.value)));
      body.appendChild(row);
      // The panel is narrow: what is of which type stands in a row of its own, under its area.
      var types = el('td', 'gm-dim', typeWords(total.types));
      types.colSpan = per ? 3 : 2;
      body.appendChild(el('tr', 'gm-areas-types', null, types));
    });
    var head = el('tr', null, null, el('th', null, words('areasArea')), el('th', null, words('areasCount')));
    if (per) head.appendChild(el('th', null, words('areasDensity')));
    Array.prototype.forEach.call(head.children, function (cell) { cell.setAttribute('scope', 'col'); });
    rows.appendChild(el('table', null, null, el('thead', null, null, head), body));
    if (listed.length > AREA_ROWS) rows.appendChild(el('p', 'gm-dim', words('areasMore', { n: listed.length - AREA_ROWS })));
  }
  function boundsOf(area) {
    function lat(y) { return (Math.atan(Math.exp(Math.PI * (1 - 2 * y))) * 2 - Math.PI / 2) * 180 / Math.PI; }
    return [[lat(area.box[3]), (area.box[0] - 0.5) * 360], [lat(area.box[1]), (area.box[2] - 0.5) * 360]];
  }
  rows.appendChild(el('summary', null, words('areasRows')));
  rows.addEventListener('toggle', function () { if (rows.open && level) table(); });

  function refresh() {
    counted = level ? count() : null;
    paint();
    layer.redraw();
  }
  function choose(one, density_) {
    level = levels.indexOf(one) >= 0 ? one : '';
    per = !!density_;
    Object.keys(radios).forEach(function (key) { radios[key].checked = key === level; });
    density.checked = per;
    if (level && !map.hasLayer(layer)) layer.addTo(map);
    if (!level && map.hasLayer(layer)) map.removeLayer(layer);
    refresh();
    if (app.changed) app.changed();
  }
  if (app.on) app.on('filter', refresh);
  paint();
  return {
    section: section,
    value: function () { return level + (level && per ? '-km2' : ''); },
    set: function (value) { choose(String(value || '').replace(/-km2$/, ''), /-km2$/.test(value || '')); },
    redraw: function () { layer.redraw(); paint(); }
  };
}
