// ---- the form that a certainty takes: never by colour alone -----------------------------------------------
function formOf(certainty, level) {
  const word = (W.certainty[certainty] || [])[2] || '';
  switch (certainty) {
    case 'reported':
      if (level === 'rumoured') return { fill: 'tint', badge: 'tilde', word: W.level.rumoured[0] };
      if (level === 'accused') return { fill: 'tint', badge: 'quote', word: W.level.accused[0] };
      return { fill: 'solid', badge: level === 'attributed' ? 'quote' : null, word: '' };
    case 'claimed': return { fill: 'tint', badge: 'quote', word: word };
    case 'planned': return { fill: 'hollow', badge: 'clock', word: word };
    case 'threatened': return { fill: 'hollow', badge: 'bang', word: word };
    case 'attempted': return { fill: 'tint', badge: 'half', word: word };
    case 'hypothetical': return { fill: 'hollow', badge: 'question', word: word };
    case 'negated': return { fill: 'crossed', badge: 'cross', word: word };
    case 'historical': return { fill: 'past', badge: 'past', word: word };
    default: return { fill: 'tint', badge: 'question', word: certainty };
  }
}
var BADGE = {
  clock: 'M12 6.500v6l3.500 2', bang: 'M12 5.500v8M12 17.500v.6', question: 'M9 9.500c0-4 6.500-4 6.500-.3 0 2.800-3.300 2.600-3.300 5M12.200 17.800v.4',
  cross: 'M7 7l10 10M17 7L7 17', quote: 'M9.500 8c-2 1-2.500 3-2.500 4.500h2.500V16H7v-3.500M17 8c-2 1-2.500 3-2.500 4.500H17V16h-2.500v-3.500',
  tilde: 'M6 13.500c2-4 4-3.500 6-1.500s4 2.500 6-1.500', half: 'M7 12h6M13 8l4 4-4 4', past: 'M17 8a6 6 0 1 0 1 4M17.500 4.500V8.500h-4'
};
function badge(kind, x, y, scale) {
  return svg('g', { transform: 'translate(' + x + ' ' + y + ') scale(' + scale + ') translate(-12 -12)', class: 'gm-badge' },
    svg('circle', { cx: 12, cy: 12, r: 11 }), svg('path', { d: BADGE[kind] }));
}
// One sign for map, legend and list. kind says how exactly the place is known, form how certain the thing is.
function sign(spec, kind, form, small) {
  var pin = kind === 'pin', box = small ? '0 0 30 32' : (pin ? '-3 -2 36 44' : '-3 -1 36 34');
  var root = svg('svg', { viewBox: box, 'aria-hidden': 'true', focusable: 'false', class: 'gm-sign gm-fill-' + form.fill });
  root.style.setProperty('--c', spec.colour);
  var shape;
  if (pin && !small) {
    shape = svg('path', { d: 'M15 39.500C13 34 3 25 3 14.500a12 12 0 0 1 24 0C27 25 17 34 15 39.500z', class: 'gm-body' });
  } else if (kind === 'area' && !small) {
    shape = svg('rect', { x: 2.5, y: 3, width: 25, height: 25, rx: 5, class: 'gm-body' });
  } else if ((kind === 'along' || kind === 'route') && !small) {
    shape = svg('path', { d: 'M15 1.500L28.500 15.500 15 29.500 1.500 15.500z', class: 'gm-body' });
  } else {
    shape = svg('circle', { cx: 15, cy: 15.5, r: 12.5, class: 'gm-body' });
  }
  var size = (kind === 'along' || kind === 'route') && !small ? 0.56 : 0.66;
  root.appendChild(shape);
  root.appendChild(svg('path', { d: spec.icon, class: 'gm-glyph',
    transform: 'translate(15 ' + (pin && !small ? 14.5 : 15.5) + ') scale(' + size + ') translate(-12 -12)' }));
  if (form.fill === 'crossed') root.appendChild(svg('path', { d: 'M4 26L26 4', class: 'gm-strike' }));
  if (form.badge) root.appendChild(badge(form.badge, 26, 5.5, small ? 0.46 : 0.52));
  return root;
}
// Signs stand on white in light and dark: so does the grey of the legend's.
var PLAIN = { colour: '#59636d', icon: '' };
function kindSign(kind) {
  var root = svg('svg', { viewBox: '0 0 30 30', 'aria-hidden': 'true', class: 'gm-kind' });
  if (kind === 'pin') root.appendChild(svg('path', { d: 'M15 27C13 22 7 17 7 11a8 8 0 0 1 16 0c0 6-6 11-8 16z', class: 'gm-k-solid' }));
  else if (kind === 'near') { root.appendChild(svg('circle', { cx: 15, cy: 15, r: 12, class: 'gm-k-dash' })); root.appendChild(svg('circle', { cx: 15, cy: 15, r: 4, class: 'gm-k-solid' })); }
  else if (kind === 'part_of') { root.appendChild(svg('circle', { cx: 15, cy: 16, r: 12, class: 'gm-k-dash' })); root.appendChild(svg('path', { d: 'M3 16a12 12 0 0 1 24 0z', class: 'gm-k-solid gm-k-soft' })); }
  else if (kind === 'along' || kind === 'route') { root.appendChild(svg('path', { d: 'M4 25L26 5', class: 'gm-k-dash gm-k-thick' })); root.appendChild(svg('path', { d: 'M15 10l5.500 5-5.500 5-5.500-5z', class: 'gm-k-solid' })); }
  else if (kind === 'area') { root.appendChild(svg('path', { d: 'M5 8l10-4 11 6-2 14-13 2-7-8z', class: 'gm-k-dash' })); root.appendChild(svg('path', { d: 'M9 9l11 13M15 6l8 10M6 14l9 11', class: 'gm-k-hatch' })); }
  else root.appendChild(svg('path', { d: 'M6 15h18', class: 'gm-k-dash' }));
  return root;
}
