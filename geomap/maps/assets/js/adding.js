// ---- adding places ------------------------------------------------------------------------------------------------
// They live in this page's memory only; what leaves it is a row, a command or a file that the reader takes.
function makeAdding(app) {
  var box = app.box, map = app.map, data = app.data, right = app.frame.right;
  var adding = false, kept = [], draft = null, editing = null;
  var addView = el('div', 'gm-add');
  addView.hidden = true;
  right.appendChild(addView);
  var toolAdd = app.frame.tool('gm-tool-add', 'M5 22V3h9l-2 4 2 4H5M18 13v8M14 17h8', function () { if (adding) leaveAdding(); else startAdding(toolAdd); }, T.add);
  toolAdd.setAttribute('aria-pressed', 'false');
  app.isAdding = function () { return adding; };
  app.mine = mine;
  app.placeIt = placeIt;
  app.leaveAdding = leaveAdding;
  app.putPlace = function (latlng) { put(latlng, 'pointer'); };
  var PLACE_KINDS = Object.create(null), opener = null, sheetBefore = 'list', scrollBefore = 0, flags = [], draftFlag = null, wantedName = '', about = null;
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
    error.id = 'gm-error-' + key; error.hidden = true; error.setAttribute('role', 'alert');
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
      PLACE_KINDS[kind[0]] = { fclass: class_[0], fcode: kind[1], radius: kind[2] };
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
    var size = map.getSize(), pad = app.padding();
    return app.compact() ? L.point(size.x / 2, Math.max(60, (size.y - pad.b + 20) / 2)) : L.point((pad.l + size.x - pad.r) / 2, size.y / 2);
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
    if (by === 'pointer' && app.compact()) return;
    fields.name.input.focus({ preventScroll: true });
    fields.name.input.select();
  }
  function show(at) {
    var pad = app.padding();
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
    var kind = PLACE_KINDS[value.kind];
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
    fields.radius.input.placeholder = PLACE_KINDS[fields.kind.input.value].radius;
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
    if (about && app.correctPlace) app.correctPlace(about.incident, about.text, place);
    about = null;
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
    app.shapes.redraw();
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

  // incident: the one whose place it is; what is kept then is a correction of that article too.
  function placeIt(words, text, number, incident) {
    var node = button('gm-mini gm-place-it', words, function () {
      startAdding(node, text);
      about = incident && text ? { incident: incident, text: text } : null;
    });
    node.dataset.place = number;
    return node;
  }
  function startAdding(from, text) {
    about = null;
    if (text !== undefined) { clear(); wantedName = text; }
    adding = true; opener = from;
    sheetBefore = box.dataset.sheet; scrollBefore = right.scrollTop;
    app.listView.hidden = app.detailView.hidden = true; addView.hidden = crosshair.hidden = false;
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
    app.detailView.hidden = app.state.on < 0; app.listView.hidden = app.state.on >= 0;
    box.classList.remove('gm-adding'); toolAdd.setAttribute('aria-pressed', 'false');
    app.sheet(sheetBefore === 'add' ? 'list' : sheetBefore);
    paintMine();
    if (quiet || !opener) return;
    right.scrollTop = scrollBefore;
    // The evidence may have been painted anew meanwhile.
    var back = opener.isConnected ? opener : app.detailView.querySelector('.gm-place-it[data-place="' + opener.dataset.place + '"]') || toolAdd;
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
}
