// ---- the evidence of one incident ---------------------------------------------------------------------------------
function makeDetail(app) {
  const store = app.store, filters = app.filters, state = app.state, data = app.data, right = app.frame.right, view = el('div', 'gm-detail');
  view.hidden = true;
  right.appendChild(view);
  app.detailView = view;
  function dim(text) { return text ? el('div', 'gm-dim', text) : null; }
  function withName(words, text) { return el('div', 'gm-dim', null, filled(words, { v: name(text) })); }
  function quote(incident) {
    const node = el('blockquote', 'gm-quote'), text = incident.q || '';
    let at = 0;
    node.dir = 'auto';
    incident.h.forEach(span => {
      node.appendChild(document.createTextNode(text.slice(at, span[0])));
      node.appendChild(el('mark', 'gm-h-' + span[2], text.slice(span[0], span[1])));
      at = span[1];
    });
    node.appendChild(document.createTextNode(text.slice(at)));
    return node;
  }
  function fact(list, term, nodes) {
    const dd = el('dd');
    nodes.filter(Boolean).forEach(node => dd.appendChild(typeof node === 'string' ? el('div', null, node) : node));
    if (!dd.childNodes.length) return;
    list.appendChild(el('dt', null, term)); list.appendChild(dd);
  }
  function banner(incident) {
    const plain = incident.c === 'reported' && incident.form.fill === 'solid', level = W.level[incident.l] || [incident.l, ''];
    let words = W.certainty[incident.c] || [incident.c, ''];
    const node = el('div', 'gm-banner' + (plain ? ' gm-banner-plain' : ' gm-banner-' + incident.form.fill));
    if (incident.c === 'reported' && !plain) words = [level[0], T.passedOn];
    else if (incident.l !== 'stated') words = [words[0] + ' · ' + level[0].toLowerCase(), words[1]];
    node.appendChild(el('b', null, words[0]));
    node.appendChild(el('span', null, ' ' + words[1]));
    if (incident.l !== 'stated' && level[1]) {
      const says = el('div', 'gm-says', fill(T.here, { v: level[1] }) + (incident.src ? ': ' : '.'));
      if (incident.src) says.appendChild(name('“' + incident.src + '”'));
      node.appendChild(says);
    }
    return node;
  }
  function source(incident, told) {
    const line = el('div', 'gm-source');
    if (told.quote && !told.copy_of) { const other = el('blockquote', 'gm-quote gm-quote-more', told.quote); other.dir = 'auto'; line.appendChild(other); }
    if (told.title) line.appendChild(el('div', 'gm-source-title', null, name(told.title)));
    const meta = el('div', 'gm-dim');
    [told.source, told.published && fill(T.published, { v: told.published }), !told.title && told.doc_id].filter(Boolean).forEach((bit, n) => {
      if (n) meta.appendChild(document.createTextNode(' · '));
      meta.appendChild(name(bit));
    });
    line.appendChild(meta);
    if (told.copy_of) line.appendChild(withName(T.copyOf, sourceName(incident, told.copy_of)));
    const href = safeLink(told.url);
    if (href) {
      const a = el('a', 'gm-link', T.link + ' ↗');
      a.href = href; a.target = '_blank'; a.rel = 'noopener noreferrer external';
      line.appendChild(a);
    }
    return line;
  }
  function conflicts(incident) {
    const node = el('div', 'gm-conflicts', null, el('b', null, T.disagree));
    incident.x.forEach(one => {
      const list = el('ul');
      one.told.forEach(told => {
        const li = el('li', null, null, name(toldWords(one.what, told.value)));
        li.appendChild(el('span', 'gm-dim', null, document.createTextNode(' · '), name(sourceName(incident, told.doc_id))));
        list.appendChild(li);
      });
      node.appendChild(list);
    });
    return node;
  }
  function placeFacts(incident, place, n) {
    const nodes = [], feature = incident.f.filter(f => f.i.indexOf(n) >= 0)[0], where = el('div', 'gm-place', null, name(place.n || place.x || '?'));
    if (place.a1 || place.cc) where.appendChild(el('span', 'gm-dim', null, document.createTextNode(' '), name([place.a1, place.cc === 'XK' ? data.kosovo : place.cc].filter(Boolean).join(', '))));
    nodes.push(where);
    if (place.n && place.x && place.n !== place.x) nodes.push(withName(T.written, place.x));
    if (feature) nodes.push(el('div', 'gm-precision', null, kindSign(feature.k), el('span', null, (W.kind[feature.k] || ['', ''])[1])));
    else if (!place.ll) nodes.push(dim(T.notFound));
    if (feature && feature.b && feature.k !== 'pin') nodes.push(dim(feature.b === 'an area, not a point' ? T.drawnExtent : fill(T.drawnFrom, { v: feature.b })));
    if (feature && feature.r && feature.line.length === 1 && !place.area) nodes.push(dim(fill(T.reach, { n: feature.r })));
    if (place.ll && !place.area) nodes.push(el('div', 'gm-dim', null, name(place.ll[0].toFixed(4) + ', ' + place.ll[1].toFixed(4) + (place.id ? ' · ' + place.id : ''))));
    if (!data.embed) nodes.push(app.placeIt(place.ll || feature ? T.addNot : T.addPut, place.x || '', n, incident));
    if (place.rule || place.why || place.alt) {
      const why = el('details', 'gm-why');
      why.appendChild(el('summary', null, T.why + (place.s !== undefined ? ' · ' + Math.round(place.s * 100) + ' %' : '')));
      if (place.rule) why.appendChild(el('p', null, fill(T.decided, { v: String(place.rule).replace(/_/g, ' ') })));
      if (place.why) { const reasons = el('ul'); place.why.forEach(r => reasons.appendChild(el('li', null, null, name(r)))); why.appendChild(reasons); }
      if (place.alt) {
        why.appendChild(el('p', null, T.notChosen));
        const others = el('ul', 'gm-alt'); place.alt.slice(0, 8).forEach(r => others.appendChild(el('li', null, null, name(r)))); why.appendChild(others);
      }
      why.open = true;
      nodes.push(why);
    }
    return nodes;
  }
  function top(incident) {
    const node = el('div', 'gm-top', null, sign(incident.spec, 'circle', incident.form, true)), heading = el('h2', null, incident.spec.label);
    heading.tabIndex = -1;
    const names = el('div', null, null, heading);
    names.appendChild(el('div', 'gm-where', null, name(wherever(incident))));
    names.appendChild(el('div', 'gm-when', whenWords(incident)));
    node.appendChild(names);
    return node;
  }
  function nav(incident, at) {
    const node = el('div', 'gm-nav');
    node.appendChild(button('gm-button gm-back', (W.dir === 'rtl' ? '→ ' : '← ') + T.back, () => app.select(-1, { focus: incident.no })));
    node.appendChild(el('span', 'gm-dim', at < 0 ? '' : count(at + 1) + ' / ' + count(filters.visible.length)));
    node.appendChild(button('gm-button gm-step', W.dir === 'rtl' ? '›' : '‹', () => step(-1), T.prev));
    node.appendChild(button('gm-button gm-step', W.dir === 'rtl' ? '‹' : '›', () => step(1), T.next));
    return node;
  }
  app.paintDetail = function (focus) {
    view.textContent = '';
    if (state.on < 0) return;
    const incident = store.incident(state.on);
    [nav(incident, filters.visible.indexOf(state.on)), top(incident), banner(incident), quote(incident)].forEach(node => view.appendChild(node));
    incident.o.forEach((told, n) => {
      const line = source(incident, told);
      if (n && app.splitButton) line.appendChild(app.splitButton(incident, told));
      view.appendChild(line);
    });
    if (incident.x.length) view.appendChild(conflicts(incident));
    const facts = el('dl', 'gm-facts');
    fact(facts, T.when1, [whenWords(incident), incident.te ? withName(T.fromWords, incident.te) : null, dim(incident.dr),
      dim({ 1: T.dayKnown, 2: T.weekKnown, 3: T.monthKnown }[incident.tp])]);
    incident.p.forEach((place, n) => fact(facts, incident.p.length > 1 ? fill(T.whereN, { n: n + 1 }) : T.where1, placeFacts(incident, place, n)));
    if (!incident.p.length) fact(facts, T.where1, [T.noPlaceNamed, data.embed ? null : app.placeIt(T.addPut, '', 0)]);
    fact(facts, T.precisionOf, [W.precision[incident.gp || 0], incident.wp ? dim(fill(T.ucdp, { n: incident.wp, v: W.where[incident.wp] || '' })) : null]);
    fact(facts, T.who, incident.a.map(actor => el('div', null, null, name(actor.x), el('span', 'gm-dim', ' ' + (W.roles[actor.r] || actor.r)))));
    fact(facts, T.numbers, [incident.dead && fill(T.killed, { n: range(incident.dead) }), incident.hurt && fill(T.injured, { n: range(incident.hurt) }),
      incident.held && fill(T.detained, { n: range(incident.held) }), incident.crowd && fill(T.people, { n: range(incident.crowd) })]);
    fact(facts, T.coding, [incident.w ? el('div', null, null, filled(T.typeFrom, { v: name(incident.w) })) : null,
      dim([incident.acled && 'ACLED: ' + incident.acled, incident.plover && 'PLOVER: ' + incident.plover].filter(Boolean).join(' · '))]);
    if (typeof incident.s === 'number') {
      const meter = el('span', 'gm-meter'), bar = el('span');
      bar.style.width = Math.round(incident.s * 100) + '%'; meter.appendChild(bar);
      fact(facts, T.score, [el('div', null, Math.round(incident.s * 100) + ' % ', meter)]);
    }
    fact(facts, T.fixed, incident.fix.map(said => el('div', null, null, name(said))));
    view.appendChild(facts);
    if (app.correctBox) view.appendChild(app.correctBox(incident));
    if (app.linkButton) view.appendChild(app.linkButton());
    if (focus) view.querySelector('h2').focus({ preventScroll: true });
  };
  function step(by) {
    const visible = filters.visible, at = visible.indexOf(state.on);
    if (visible.length) app.select(visible[(at + by + visible.length) % visible.length], { from: 'list' });
  }
  app.box.addEventListener('keydown', e => {
    if (e.key !== 'Escape' || app.isAdding()) return;
    if (app.spider) app.unfan();
    else if (state.on >= 0) app.select(-1, { focus: state.on });
  });

  // i is the number of an incident, or -1 for none.
  app.select = function (i, options) {
    if (app.isAdding()) app.leaveAdding(true);
    const before = state.on;
    state.on = i;
    view.hidden = i < 0; app.listView.hidden = i >= 0;
    app.box.classList.toggle('gm-selected', i >= 0);
    right.querySelectorAll('.gm-item[aria-current]').forEach(node => node.removeAttribute('aria-current'));
    if (i >= 0) {
      app.paintDetail(options.from === 'key' || options.from === 'list' || options.from === 'table');
      right.scrollTop = 0;
      app.sheet('evidence');
      if (options.from !== 'map' && options.from !== 'key') app.reveal(i);
    } else {
      if (app.box.dataset.sheet === 'evidence') app.sheet('list');
      if (options.focus !== undefined) { const row = app.listUp(options.focus); if (row) row.focus(); }
    }
    if (before !== i) { app.markSelected(); app.shapes.redraw(); }
    app.remember(true);
  };
}
