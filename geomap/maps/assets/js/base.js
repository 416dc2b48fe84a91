// What the base map takes from the style sheet (base.css): css.land is --gm-land.
var BASE_CSS = ['lake', 'river', 'division', 'land', 'coast', 'border', 'contested', 'grid', 'town', 'country', 'halo'];

// ---- arcs: encoded polylines to Mercator units (0..1) -------------------------------------------------------
function mercX(lon) { return lon / 360 + 0.5; }
function mercY(lat) {
  var limit = Math.max(-85.0511, Math.min(85.0511, lat)) * Math.PI / 180;
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + limit / 2)) / (2 * Math.PI);
}
function decodeArc(text, scale) {
  var values = [], x = 0, y = 0, at = 0, turn = 0;
  while (at < text.length) {
    var shift = 0, number = 0, code;
    do { code = text.charCodeAt(at++) - 63; number |= (code & 31) << shift; shift += 5; } while (code >= 32);
    number = number & 1 ? ~(number >> 1) : number >> 1;
    if (turn++ % 2) { y += number; values.push(mercX(x / scale), mercY(y / scale)); } else x += number;
  }
  return Float64Array.from(values);
}
function boxOf(points, box) {
  for (var i = 0; i < points.length; i += 2) {
    if (points[i] < box[0]) box[0] = points[i];
    if (points[i + 1] < box[1]) box[1] = points[i + 1];
    if (points[i] > box[2]) box[2] = points[i];
    if (points[i + 1] > box[3]) box[3] = points[i + 1];
  }
  return box;
}
function decodeLand(data) {
  var arcs = data.arcs.map(function (text, i) {
    var points = decodeArc(text, data.scale);
    return { p: points, kind: data.kinds[i], box: boxOf(points, [9, 9, -9, -9]) };
  });
  var shapes = data.shapes.map(function (rings) {
    var box = [9, 9, -9, -9];
    rings.forEach(function (ring) {
      ring.forEach(function (n) { boxOf(arcs[n < 0 ? ~n : n].p, box); });
    });
    return { rings: rings, box: box };
  });
  return { arcs: arcs, shapes: shapes };
}

// ---- a canvas that lies in a pane and moves with the map ---------------------------------------------------
var CanvasLayer = L.Layer.extend({
  initialize: function (pane, draw) { this._pane = pane; this._draw = draw; },
  onAdd: function (map) {
    this._canvas = L.DomUtil.create('canvas', 'gm-canvas leaflet-zoom-animated', map.getPane(this._pane));
    this._canvas.setAttribute('aria-hidden', 'true');
    this.redraw();
  },
  onRemove: function () { this._canvas.remove(); },
  getEvents: function () {
    var events = { viewreset: this.redraw, moveend: this.redraw, resize: this.redraw };
    if (this._map && this._map._zoomAnimated) events.zoomanim = this._animate;
    return events;
  },
  _animate: function (e) {
    var scale = this._map.getZoomScale(e.zoom, this._zoom);
    L.DomUtil.setTransform(this._canvas, this._map._latLngToNewLayerPoint(this._corner, e.zoom, e.center), scale);
  },
  redraw: function () {
    var map = this._map;
    if (!map || !this._canvas) return;
    var size = map.getSize(), pad = size.multiplyBy(0.25).round(), ratio = Math.min(window.devicePixelRatio || 1, 2);
    var width = size.x + 2 * pad.x, height = size.y + 2 * pad.y, canvas = this._canvas;
    var topLeft = map.containerPointToLayerPoint([-pad.x, -pad.y]);
    this._corner = map.layerPointToLatLng(topLeft);
    this._zoom = map.getZoom();
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
      canvas.style.width = width + 'px'; canvas.style.height = height + 'px';
    }
    L.DomUtil.setPosition(canvas, topLeft);
    var ctx = canvas.getContext('2d');
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    var origin = map.getPixelOrigin().add(topLeft), world = 256 * Math.pow(2, this._zoom);
    this._draw({ ctx: ctx, width: width, height: height, zoom: this._zoom, world: world, ox: origin.x, oy: origin.y,
      x: function (lon) { return mercX(lon) * world - origin.x; },
      y: function (lat) { return mercY(lat) * world - origin.y; },
      lat: function (y) { return (Math.atan(Math.exp(Math.PI - 2 * Math.PI * (y + origin.y) / world)) * 2 - Math.PI / 2) * 180 / Math.PI; },
      // Pixels a kilometre at a latitude.
      km: function (lat) { return world / (40075.017 * Math.max(0.02, Math.cos(lat * Math.PI / 180))); } });
  }
});

// ---- tiles: over the land, which shows where they are missing, and under everything else ------------------------
var tilesSeen = false;
function pictures(map, tiles, seen) {
  var options = { pane: 'tilePane', maxZoom: 22, attribution: escapeText(tiles.credit), className: 'gm-tiles' }, layer;
  if (tiles.url) {
    options.maxNativeZoom = tiles.maxZoom;
    layer = L.tileLayer(tiles.url, options);
  } else {
    options.minNativeZoom = tiles.minZoom; options.maxNativeZoom = tiles.nativeZoom;
    var Packed = L.TileLayer.extend({ getTileUrl: function (at) {
      var many = Math.pow(2, at.z), key = at.z + '/' + ((at.x % many) + many) % many + '/' + at.y;
      return Object.prototype.hasOwnProperty.call(tiles.data, key) ? tiles.data[key] : 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
    } });
    layer = new Packed('', options);
  }
  // Tiles have names of their own: ours would stand beside them twice.
  layer.on('tileload', function () { if (!tilesSeen) { tilesSeen = true; seen(); } });
  return layer.addTo(map);
}
function escapeText(text) {  // Leaflet takes an attribution for markup
  return text.replace(/[&<>"']/g, function (c) { return '&#' + c.charCodeAt(0) + ';'; });
}

// ---- base map -----------------------------------------------------------------------------------------
// signs() gives the points that signs stand at, so that names keep clear of them.
function baseMap(map, data, css, signs) {
  var world = data.world ? decodeLand(data.world) : null, near = data.detail ? decodeLand(data.detail) : null;
  var farWater = decodeWater(data.water), nearWater = decodeWater(data.detail);
  var divisions = (data.detail && data.detail.divisions || []).map(function (text) {
    var points = decodeArc(text, data.detail.scale);
    return { p: points, box: boxOf(points, [9, 9, -9, -9]) };
  });
  var countries = (data.world && data.world.labels || []).map(function (c) {
    return [c[1] === 'XK' ? data.kosovo : c[0], c[3], c[2], 0, c[4]];
  });
  var labels = countries.concat(data.labels || []);

  function inView(v, box, shift) {
    var x0 = (box[0] + shift) * v.world - v.ox, x1 = (box[2] + shift) * v.world - v.ox;
    var y0 = box[1] * v.world - v.oy, y1 = box[3] * v.world - v.oy;
    return x1 >= 0 && x0 <= v.width && y1 >= 0 && y0 <= v.height;
  }
  function trace(v, points, shift, back, join) {
    var ctx = v.ctx, n = points.length / 2;
    for (var i = 0; i < n; i++) {
      var at = 2 * (back ? n - 1 - i : i);
      var x = (points[at] + shift) * v.world - v.ox, y = points[at + 1] * v.world - v.oy;
      if (i || join) ctx.lineTo(x, y); else ctx.moveTo(x, y);
    }
  }
  // Water by the zoom from which it is worth drawing: [[zoom, points, box], ...], sorted.
  function decodeWater(water) {
    var result = {};
    ['lakes', 'rivers'].forEach(function (kind) {
      var found = water && water[kind];
      result[kind] = found ? found.arcs.map(function (text, i) {
        var points = decodeArc(text, found.scale);
        return { z: found.zooms[i], p: points, box: boxOf(points, [9, 9, -9, -9]) };
      }) : [];
    });
    return result;
  }
  function ground(v, topo, water, lines, shift) {
    var ctx = v.ctx;
    ctx.fillStyle = css.land; ctx.strokeStyle = css.land; ctx.lineWidth = 1;
    topo.shapes.forEach(function (shape) {
      if (!inView(v, shape.box, shift)) return;
      ctx.beginPath();
      shape.rings.forEach(function (ring) {
        ring.forEach(function (n, i) { trace(v, topo.arcs[n < 0 ? ~n : n].p, shift, n < 0, i > 0); });
        ctx.closePath();
      });
      ctx.fill('evenodd'); ctx.stroke();  // the stroke closes hairlines between neighbours
    });
    // An island is a ring inside its lake's: the even-odd rule leaves it out.
    ctx.lineJoin = 'round';
    rivers(v, water.rivers, shift);
    ctx.beginPath();
    water.lakes.forEach(function (lake) {
      if (lake.z <= v.zoom + 0.5 && inView(v, lake.box, shift)) { trace(v, lake.p, shift, false, false); ctx.closePath(); }
    });
    ctx.fillStyle = css.lake; ctx.fill('evenodd');
    ctx.strokeStyle = css.coast; ctx.lineWidth = 0.7; ctx.stroke();
    if (lines.length && v.zoom >= 5.5) {
      ctx.beginPath();
      lines.forEach(function (line) { if (inView(v, line.box, shift)) trace(v, line.p, shift, false, false); });
      ctx.strokeStyle = css.division; ctx.lineWidth = v.zoom > 8 ? 1.2 : 0.9; ctx.setLineDash([5, 2, 1.5, 2]);
      ctx.stroke(); ctx.setLineDash([]);
    }
    [['c', css.coast, 1, []], ['b', css.border, v.zoom > 5 ? 1.4 : 1, []], ['d', css.contested, v.zoom > 5 ? 1.7 : 1.2, [6, 4]]].forEach(function (line) {
      ctx.beginPath();
      topo.arcs.forEach(function (arc) {
        if (arc.kind === line[0] && inView(v, arc.box, shift)) trace(v, arc.p, shift, false, false);
      });
      ctx.strokeStyle = line[1]; ctx.lineWidth = line[2]; ctx.setLineDash(line[3]); ctx.lineJoin = 'round';
      ctx.stroke(); ctx.setLineDash([]);
    });
  }
  // Drawn at 1:50m a river may be some kilometres off its bed: it fades before that could mislead.
  var RIVER_FADES = 9, RIVER_ENDS = 10.5;
  function rivers(v, all, shift) {
    var ctx = v.ctx, groups = [[], [], []];
    if (v.zoom >= RIVER_ENDS) return;
    all.forEach(function (river) {
      var above = v.zoom + 0.5 - river.z;
      if (above >= 0 && inView(v, river.box, shift)) groups[Math.min(2, Math.floor(above / 1.5))].push(river.p);
    });
    ctx.strokeStyle = css.river; ctx.lineCap = 'round';
    ctx.globalAlpha = v.zoom > RIVER_FADES ? 1 - (v.zoom - RIVER_FADES) / (RIVER_ENDS - RIVER_FADES) : 1;
    groups.forEach(function (lines, i) {
      ctx.beginPath(); lines.forEach(function (points) { trace(v, points, shift, false, false); });
      ctx.lineWidth = [0.8, 1.2, 1.7][i]; ctx.stroke();
    });
    ctx.globalAlpha = 1; ctx.lineCap = 'butt';
  }
  function graticule(v) {
    var ctx = v.ctx, steps = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01], step = steps[0];
    steps.forEach(function (s) { if (s / 360 * v.world >= 150) step = s; });
    ctx.strokeStyle = css.grid; ctx.lineWidth = 1; ctx.beginPath();
    var lon0 = ((v.ox) / v.world - 0.5) * 360, lon1 = ((v.ox + v.width) / v.world - 0.5) * 360;
    for (var i = Math.ceil(lon0 / step); i * step <= lon1; i++) {
      var x = Math.round(v.x(i * step)) + 0.5; ctx.moveTo(x, 0); ctx.lineTo(x, v.height);
    }
    for (var j = Math.ceil(-85 / step); j * step <= 85; j++) {
      var y = v.y(j * step); if (y < 0 || y > v.height) continue;
      y = Math.round(y) + 0.5; ctx.moveTo(0, y); ctx.lineTo(v.width, y);
    }
    ctx.stroke();
  }
  var layer = new CanvasLayer('gmBase', function (v) {
    var ctx = v.ctx;
    [-1, 0, 1].forEach(function (shift) {
      if (!world) return;
      ctx.save();
      var window_ = near && v.zoom >= 5.5 ? data.detail.window : null;
      if (window_) {
        var x0 = v.x(window_[0]), x1 = v.x(window_[2]), y0 = v.y(window_[3]), y1 = v.y(window_[1]);
        var off = shift * v.world;
        ctx.beginPath(); ctx.rect(0, 0, v.width, v.height); ctx.rect(x0 + off, y0, x1 - x0, y1 - y0); ctx.clip('evenodd');
        ground(v, world, farWater, [], shift); ctx.restore(); ctx.save();
        ctx.beginPath(); ctx.rect(x0 + off, y0, x1 - x0, y1 - y0); ctx.clip();
        ground(v, near, nearWater, divisions, shift);
      } else ground(v, world, farWater, [], shift);
      ctx.restore();
    });
    if (world) graticule(v);
  });
  // The world repeats itself to the east and west: where a longitude is nearest to the middle of what is seen.
  function nearestX(v, lon) {
    var x = v.x(lon);
    return x - v.world * Math.round((x - v.width / 2) / v.world);
  }
  // Letters lie over rings and areas, under the signs.
  var MINZOOM = [2.4, 4, 6, 7.5, 9, 10], CLOSE = 7.5;
  var lettering = new CanvasLayer('gmLetters', function (v) {
    if (tilesSeen) return;
    var ctx = v.ctx, taken = signs().map(function (s) {
      var x = v.x(s.lng), y = v.y(s.lat);
      return [x - s.half, y - s.up, x + s.half, y + s.down];
    });
    ctx.textBaseline = 'middle'; ctx.lineJoin = 'round';
    labels.forEach(function (label) {
      var rank = Math.max(0, Math.min(5, label[3])), country = label.length > 4;
      var least = country ? Math.max(2, label[4] - 0.3) : MINZOOM[rank];
      if (v.zoom < least || (country && v.zoom >= (near ? CLOSE : 10))) return;
      var x = nearestX(v, label[2]), y = v.y(label[1]), text = label[0].length > 40 ? label[0].slice(0, 39) + '…' : label[0];
      if (x < -80 || y < -20 || x > v.width + 20 || y > v.height + 20) return;
      var size = country ? Math.min(15, 9.5 + v.zoom * 0.6) : [13, 13, 12.5, 12, 11.5, 11][rank];
      ctx.font = (country ? '600 ' : rank <= 2 ? '600 ' : '') + size + 'px ' + css.font;
      if ('letterSpacing' in ctx) ctx.letterSpacing = country ? '1.5px' : '0px';
      if (country) text = text.toUpperCase();
      var width = ctx.measureText(text).width, tall = size / 2 + 3;
      // Right of the dot, left of it, below, above.
      var spots = country ? [[-width / 2, 0]] : [[7, 0], [-width - 7, 0], [-width / 2, size / 2 + 8], [-width / 2, -size / 2 - 7], [21, 0], [-width - 21, 0], [-width / 2, size / 2 + 20], [-width / 2, -size / 2 - 40]];
      for (var s = 0; s < spots.length; s++) {
        var tx = x + spots[s][0], ty = y + spots[s][1], box = [tx - 3, ty - tall, tx + width + 3, ty + tall];
        if (taken.some(function (t) { return box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]; })) continue;
        taken.push(box);
        if (!country) {
          taken.push([x - 4, y - 4, x + 4, y + 4]);
          ctx.beginPath(); ctx.arc(x, y, rank <= 2 ? 2.8 : 2.2, 0, 7);
          ctx.fillStyle = css.land; ctx.strokeStyle = css.town; ctx.lineWidth = 1.4; ctx.fill(); ctx.stroke();
        }
        ctx.strokeStyle = css.halo; ctx.lineWidth = 3; ctx.strokeText(text, tx, ty);
        ctx.fillStyle = country ? css.country : css.town; ctx.fillText(text, tx, ty);
        break;
      }
    });
    if (near && v.zoom >= CLOSE) countriesClose(v, ctx, taken);
    if (v.zoom >= POINTERS) pointers(v, ctx, taken);
    if ('letterSpacing' in ctx) ctx.letterSpacing = '0px';
  });
  // Close up there may be no town in view: arrows at the edge say where the next ones are, and how far.
  var POINTERS = 8.5, POINTED = 4;
  function pointers(v, ctx, taken) {
    var frame = signs.frame(), left = (v.width - frame.w) / 2, top = (v.height - frame.h) / 2;
    var box = [left + frame.l + 14, top + 26, left + frame.w - frame.r - 14, top + frame.h - frame.b - 34];
    var mx = (box[0] + box[2]) / 2, my = (box[1] + box[3]) / 2, inside = 0, away = [];
    if (box[2] - box[0] < 160 || box[3] - box[1] < 160) return;
    labels.forEach(function (label) {
      if (label.length > 4) return;
      var x = nearestX(v, label[2]), y = v.y(label[1]);
      if (x > box[0] && x < box[2] && y > box[1] && y < box[3]) inside++;
      else if (label[3] > 0) away.push({ name: label[0], x: x, y: y, d: Math.hypot(x - mx, y - my), rank: label[3] });
    });
    if (inside > 3) return;
    // A town counts as nearer than a hamlet at the same distance.
    away.sort(function (a, b) { return a.d * (1 + a.rank / 4) - b.d * (1 + b.rank / 4) || (a.name < b.name ? -1 : 1); });
    var sides = [];
    ctx.font = '11.5px ' + css.font; ctx.textBaseline = 'middle';
    if ('letterSpacing' in ctx) ctx.letterSpacing = '0px';
    away.some(function (town) {
      var angle = Math.atan2(town.y - my, town.x - mx);
      if (sides.some(function (a) { var d = Math.abs(a - angle); return Math.min(d, 2 * Math.PI - d) < 0.7; })) return false;
      var share = Math.min((town.x > mx ? box[2] - mx : mx - box[0]) / Math.abs(town.x - mx || 1), (town.y > my ? box[3] - my : my - box[1]) / Math.abs(town.y - my || 1));
      var x = mx + (town.x - mx) * share, y = my + (town.y - my) * share, lat = v.lat(my);
      var km = town.d / v.km(lat), text = town.name + ' ' + (km < 10 ? Math.max(1, Math.round(km)) : Math.round(km / 5) * 5) + ' km', width = ctx.measureText(text).width;
      var tx = Math.max(box[0] + 12, Math.min(box[2] - width - 12, x - width / 2)), ty = Math.max(box[1] + 4, Math.min(box[3] - 4, y));
      if (x - tx < 0) tx = box[0] + 12;
      var back = Math.abs(town.x - mx) * (box[3] - box[1]) > Math.abs(town.y - my) * (box[2] - box[0]);
      if (back) tx = town.x > mx ? x - width - 12 : x + 12; else ty = town.y > my ? y - 13 : y + 13;
      var cell = [tx - 3, ty - 9, tx + width + 3, ty + 9];
      if (taken.some(function (t) { return cell[0] < t[2] && cell[2] > t[0] && cell[1] < t[3] && cell[3] > t[1]; })) return false;
      taken.push(cell); sides.push(angle);
      ctx.save(); ctx.translate(x, y); ctx.rotate(angle); ctx.beginPath(); ctx.moveTo(7, 0); ctx.lineTo(-3, -4.5); ctx.lineTo(-3, 4.5); ctx.closePath();
      ctx.fillStyle = css.town; ctx.fill(); ctx.restore();
      ctx.strokeStyle = css.halo; ctx.lineWidth = 3; ctx.lineJoin = 'round'; ctx.strokeText(text, tx, ty);
      ctx.fillStyle = css.town; ctx.fillText(text, tx, ty);
      return sides.length >= POINTED;
    });
  }
  // Close up a country's own label point is seldom in view: its name goes where its visible part is clear.
  function countriesClose(v, ctx, taken) {
    var ratio = ctx.canvas.width / v.width, size = 14, pad = 0.2, names = data.detail.names || [];
    ctx.font = '600 ' + size + 'px ' + css.font;
    if ('letterSpacing' in ctx) ctx.letterSpacing = '2px';
    near.shapes.forEach(function (shape, number) {
      var text = (names[number] || '').toUpperCase();
      var shift = -Math.round(((shape.box[0] + shape.box[2]) / 2 * v.world - v.ox - v.width / 2) / v.world);
      if (!text || !inView(v, shape.box, shift)) return;
      ctx.beginPath();
      shape.rings.forEach(function (ring) {
        ring.forEach(function (n, i) { trace(v, near.arcs[n < 0 ? ~n : n].p, shift, n < 0, i > 0); });
        ctx.closePath();
      });
      var width = ctx.measureText(text).width, best = null, most = 0;
      for (var row = 1; row < 12; row++) for (var column = 1; column < 14; column++) {
        // The middle of the canvas is what is in view; the rest is its margin.
        var x = v.width * (pad + (1 - 2 * pad) * column / 14), y = v.height * (pad + (1 - 2 * pad) * row / 12);
        var box = [x - width / 2 - 12, y - 16, x + width / 2 + 12, y + 16];
        var inside = [[box[0], y], [box[2], y], [x, box[1]], [x, box[3]]].every(function (c) { return ctx.isPointInPath(c[0] * ratio, c[1] * ratio, 'evenodd'); });
        if (!inside || covered(box)) continue;
        var room = 200;
        taken.forEach(function (t) { room = Math.min(room, Math.hypot(x - (t[0] + t[2]) / 2, y - (t[1] + t[3]) / 2)); });
        if (room > most) { most = room; best = [x, y, box]; }
      }
      if (!best) return;
      taken.push(best[2]);
      ctx.strokeStyle = css.halo; ctx.lineWidth = 3; ctx.strokeText(text, best[0] - width / 2, best[1]);
      ctx.fillStyle = css.country; ctx.fillText(text, best[0] - width / 2, best[1]);
    });
    function covered(box) {
      if (taken.some(function (t) { return box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]; })) return true;
      var frame = signs.frame(), left = (v.width - frame.w) / 2, top = (v.height - frame.h) / 2;
      return box[0] < left + frame.l || box[2] > left + frame.w - frame.r || box[1] < top + 20 || box[3] > top + frame.h - frame.b;
    }
  }
  if (data.tiles) pictures(map, data.tiles, function () { lettering.redraw(); });
  return { base: layer, letters: lettering, has: !!world };
}
