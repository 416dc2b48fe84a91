// ---- shapes: rings, sectors, lines, areas, on one canvas under the signs --------------------------------------------
function makeShapes(app) {
  const store = app.store, marks = store.marks, css = app.css, drawings = store.drawings, outlines = store.outlines;
  // A ring below this many pixels is under its own sign.
  const LEAST = 9;
  // Dark violet on a dark map can't be seen: lines are lightened there, signs have their white edge.
  function tone(colour) {
    if (!app.dark || !/^#[0-9a-f]{6}$/i.test(colour)) return colour;
    return '#' + [1, 3, 5].map(at => {
      const part = parseInt(colour.slice(at, at + 2), 16);
      return Math.round(part + (255 - part) * 0.42).toString(16).padStart(2, '0');
    }).join('');
  }
  const hatches = {};
  function hatch(ctx, colour) {
    if (hatches[colour]) return hatches[colour];
    const tile = document.createElement('canvas'); tile.width = tile.height = 9;
    const c = tile.getContext('2d'); c.strokeStyle = colour; c.globalAlpha = 0.3; c.lineWidth = 1;
    c.beginPath(); c.moveTo(-2, 11); c.lineTo(11, -2); c.moveTo(-2, 2); c.lineTo(2, -2); c.moveTo(7, 11); c.lineTo(11, 7); c.stroke();
    return (hatches[colour] = ctx.createPattern(tile, 'repeat'));
  }
  function circle(ctx, x, y, r) { ctx.beginPath(); ctx.arc(x, y, r, 0, 7); }
  function area(v, f, colour, on, shift) {
    const ctx = v.ctx;
    ctx.beginPath();
    if (f.o !== null) {
      outlines[f.o].rings.forEach(ring => {
        for (let n = 0; n < ring.length; n += 2) {
          const px = (ring[n] + shift) * v.world - v.ox, py = ring[n + 1] * v.world - v.oy;
          if (n) ctx.lineTo(px, py); else ctx.moveTo(px, py);
        }
        ctx.closePath();
      });
    } else ctx.arc(v.x(f.line[0][1] + shift * 360), v.y(f.line[0][0]), radiusOf(f) * v.km(f.line[0][0]), 0, 7);
    // A band inside the outline, not a flood: a country may fill the whole view.
    ctx.save(); ctx.clip('evenodd'); ctx.setLineDash([]); ctx.lineWidth = on ? 64 : 40; ctx.strokeStyle = hatch(ctx, colour); ctx.stroke(); ctx.restore();
    ctx.globalAlpha = on ? 1 : 0.75; ctx.stroke();
  }
  function line(v, f, colour, on, soft, shift) {
    const ctx = v.ctx, points = f.line.map(p => [v.x(p[1] + shift * 360), v.y(p[0])]);
    ctx.beginPath();
    points.forEach((p, n) => { if (n) ctx.lineTo(p[0], p[1]); else ctx.moveTo(p[0], p[1]); });
    ctx.setLineDash([]); ctx.lineWidth = on ? 9 : 7; ctx.strokeStyle = css.halo; ctx.globalAlpha = 0.75; ctx.stroke();
    ctx.globalAlpha = 1; ctx.strokeStyle = colour; ctx.lineWidth = on ? 4 : 3; ctx.setLineDash(soft ? [3, 6] : [9, 6]); ctx.stroke();
    ctx.setLineDash([]); ctx.lineWidth = 2;
    points.forEach(p => { circle(ctx, p[0], p[1], 4); ctx.fillStyle = css.land; ctx.fill(); ctx.stroke(); });
    if (f.k !== 'route') return;
    const b = points[points.length - 1], a = points[points.length - 2];
    ctx.translate(b[0], b[1]); ctx.rotate(Math.atan2(b[1] - a[1], b[0] - a[0]));
    ctx.beginPath(); ctx.moveTo(-5, 0); ctx.lineTo(-17, -7); ctx.lineTo(-17, 7); ctx.closePath();
    ctx.fillStyle = colour; ctx.fill();
  }
  function round(v, f, on, shift) {
    const ctx = v.ctx, point = f.line[0], x = v.x(point[1] + shift * 360), y = v.y(point[0]), km = v.km(point[0]), r = radiusOf(f) * km;
    const bearing = BEARING[f.dir], mid = bearing === undefined ? null : (bearing - 90) * Math.PI / 180;
    const far = f.k === 'near' && mid !== null ? (f.km || radiusOf(f) * 0.8) * km : 0, reach = Math.max(r, far * 1.5);
    if (x + reach < 0 || y + reach < 0 || x - reach > v.width || y - reach > v.height) return;
    if (f.k === 'pin') {
      if (r > 16) { circle(ctx, x, y, r); ctx.globalAlpha = 0.1; ctx.fill(); ctx.globalAlpha = 0.8; ctx.setLineDash([2, 4]); ctx.stroke(); }
      return;
    }
    if (!on && reach < LEAST) return;
    if (f.k === 'part_of') {
      circle(ctx, x, y, r); ctx.globalAlpha = 0.55; ctx.lineWidth = 1; ctx.stroke();
      ctx.beginPath();
      if (mid === null) ctx.arc(x, y, f.dir === 'C' ? r * 0.5 : r, 0, 7);
      else { ctx.arc(x, y, r, mid - Math.PI / 2, mid + Math.PI / 2); ctx.closePath(); }
      ctx.globalAlpha = on ? 0.32 : 0.2; ctx.fill(); ctx.globalAlpha = 1; ctx.lineWidth = on ? 2.5 : 1.6; ctx.stroke();
    } else if (mid === null) {
      circle(ctx, x, y, r); ctx.globalAlpha = on ? 0.2 : 0.09; ctx.fill(); ctx.globalAlpha = 1; ctx.stroke();
    } else {
      const inner = far * (f.km ? 0.8 : 0.35), outer = far * (f.km ? 1.2 : 1.5);
      ctx.beginPath(); ctx.arc(x, y, outer, mid - 0.5, mid + 0.5); ctx.arc(x, y, inner, mid + 0.5, mid - 0.5, true); ctx.closePath();
      ctx.globalAlpha = on ? 0.25 : 0.14; ctx.fill(); ctx.globalAlpha = 1; ctx.stroke();
      ctx.setLineDash([1, 4]); ctx.lineWidth = 1.4; ctx.beginPath(); ctx.moveTo(x, y); ctx.lineTo(x + Math.cos(mid) * far, y + Math.sin(mid) * far); ctx.stroke();
    }
    ctx.setLineDash([]); circle(ctx, x, y, 2.5); ctx.fill();
  }
  function draw(v, f, i, on) {
    const ctx = v.ctx, form = store.formOf(i), soft = form.fill !== 'solid', colour = form.fill === 'past' ? css.past : tone(store.specOf(i).colour);
    const lon = f.o !== null ? outlines[f.o].at[1] : f.line[0][1];
    const shift = Math.round((app.map.getCenter().lng - lon) / 360);
    ctx.save();
    ctx.strokeStyle = colour; ctx.fillStyle = colour; ctx.lineWidth = on ? 2.5 : 1.6; ctx.lineJoin = 'round';
    ctx.setLineDash(soft ? [2, 4] : [6, 4]);
    if (f.k === 'area' || f.o !== null) area(v, f, colour, on, shift);
    else if (f.line.length > 1) line(v, f, colour, on, soft, shift);
    else round(v, f, on, shift);
    ctx.restore();
  }
  // Shapes that are more than a sign; the same shape of the same type and certainty is drawn once.
  const shaped = [];
  for (let m = 0; m < marks.n; m++) if (marks.kind[m] !== 0) shaped.push(m);
  // How far a ring or sector reaches, as a share of the world's width; without end for lines and areas.
  const reaches = Float64Array.from(drawings, f => {
    if (f.k === 'area' || f.o !== null || f.line.length > 1) return Infinity;
    const far = f.k === 'near' && BEARING[f.dir] !== undefined ? f.km || radiusOf(f) * 0.8 : 0;
    return Math.max(radiusOf(f), far * 1.5) / (40075.017 * Math.max(0.02, Math.cos(f.line[0][0] * Math.PI / 180)));
  });
  return new CanvasLayer('gmShapes', function (v) {
    const done = new Set(), ctx = v.ctx;
    shaped.forEach(m => {
      // Far out all of thousands of rings are under their signs.
      if (reaches[marks.drawing[m]] * v.world < LEAST) return;
      const i = marks.incident[m];
      if (!app.markShown(m) || i === app.state.on) return;
      const key = (marks.drawing[m] * 64 + store.certainty[i] * 8 + store.level[i]) * 65536 + store.type[i];
      if (done.has(key)) return;
      done.add(key);
      draw(v, drawings[marks.drawing[m]], i, false);
    });
    const on = app.state.on;
    if (on >= 0) for (let m = store.firstMark[on]; m < store.firstMark[on + 1]; m++) draw(v, drawings[marks.drawing[m]], on, true);
    const spider = app.spider;
    if (spider) {
      ctx.strokeStyle = css.ink; ctx.globalAlpha = 0.55; ctx.lineWidth = 1.2;
      const x = v.x(spider.at[1]), y = v.y(spider.at[0]);
      spider.legs.forEach(leg => { ctx.beginPath(); ctx.moveTo(x, y); ctx.lineTo(x + leg[0], y + leg[1]); ctx.stroke(); });
      ctx.globalAlpha = 1;
    }
    app.mine().forEach(place => {
      circle(ctx, v.x(+place.lon), v.y(+place.lat), place.radius_km * v.km(+place.lat));
      ctx.strokeStyle = css.accent; ctx.lineWidth = 1.6; ctx.setLineDash([1, 4]); ctx.stroke();
      ctx.fillStyle = css.accent; ctx.globalAlpha = 0.08; ctx.fill(); ctx.globalAlpha = 1; ctx.setLineDash([]);
    });
  });
}
