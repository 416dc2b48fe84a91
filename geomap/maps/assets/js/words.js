// ---- words (one table, so that they can be translated) ---------------------------------------------------
var T = {
  showing: 'Showing {n} of {m} incidents', one: 'Showing {n} of {m} incident',
  search: 'Search text, place, actor…', type: 'Type', certainty: 'Certainty', level: 'Who says so',
  precision: 'Place', when: 'When', undated: 'No date', only: 'only', all: 'all', none: 'none',
  nothing: 'Nothing matches these filters.', reset: 'Reset filters', list: 'Incidents',
  back: 'All incidents', prev: 'Previous', next: 'Next', noplace: 'No place on the map',
  noplaceNote: 'Reported, but not drawn: no place is named, or none that a gazetteer knows.',
  legend: 'Legend and filters', method: 'How to read this map', hide: 'Hide', show: 'Show',
  zoomAll: 'Zoom to all shown', empty: 'No incidents were found in the text.', more: 'Show more',
  zoomIn: 'Zoom in', zoomOut: 'Zoom out', evidence: 'Evidence', from: 'From', to: 'To',
  allOn: 'Every dated incident is on {d}.', link: 'Open source',
  add: 'Add a place', addKept: 'Add a place ({n} in your list)', addWhere: 'Where is it?', addWhereNamed: 'Where is “{n}”?',
  addHow: 'Click or tap the map. Or bring the spot under the crosshair (drag the map, or use its arrow keys; Shift goes further) and press Enter or this button:',
  addHere: 'Use the crosshair', addType: 'Type coordinates', addCross: 'Crosshair at {c}', addSet: 'Placed at {c}. Click elsewhere on the map to move it.',
  addClose: 'Close', addNot: 'Not this place?', addPut: 'Place it on the map',
  addName: 'Name', addKind: 'Type', addLat: 'Latitude', addLon: 'Longitude', addNames: 'Other names', addCountry: 'Country',
  addRadius: 'Radius, km', addSource: 'Source', addNote: 'Note', addOptional: 'optional',
  addNamesHint: 'separated by semicolons', addCountryHint: 'two letters', addSourceHint: 'How you know where it is',
  addDo: 'Add to my places', addSave: 'Save changes', addDrop: 'Discard', addAnother: 'Click the map to add another place.',
  addMine: 'My places ({n})', addMineNote: 'Kept only while this page is open: take them with you below.', edit: 'Edit', remove: 'Remove',
  addRow: 'CSV row', addRows: 'CSV rows', addCommand: 'Command', addCommands: 'Commands', addShell: 'For the shells of Linux and macOS. Elsewhere use the CSV file.',
  addNext: 'Put the file into your project’s gazetteer folder, or run the command. The next map knows the place.',
  addLoad: 'Download row', addLoadAll: 'Download {n} rows', copy: 'Copy', copied: 'Copied.', copyHand: 'Selected: copy it with Ctrl+C or ⌘C.',
  added: '“{n}” is in your list.', removed: '“{n}” is removed.',
  badName: 'Give the place a name.', badLetters: 'A name needs at least one letter.', badLong: 'Longer than {n} characters: is this a name?',
  oddName: 'Holds invisible characters. Type the name anew unless they belong there.',
  badNumber: 'Write decimal degrees, such as {n}.', badRange: 'Must lie between −{n} and {n}.', badSwap: 'Must lie between −90 and 90. Are latitude and longitude swapped?',
  badCountry: 'Two letters, such as XK or RS; or leave it empty.', badRadius: 'A number of kilometres from 0.01 to 10000; or leave it empty.'
};
var CERTAINTY = {
  reported: ['Reported', 'Reported as having happened.'],
  claimed: ['Claimed', 'One side claims this; the text does not confirm it.'],
  planned: ['Planned', 'Announced for later. Not reported as having happened.'],
  threatened: ['Threatened', 'A threat. Not reported as having happened.'],
  attempted: ['Attempted', 'Tried, without success as far as the text says.'],
  hypothetical: ['Hypothetical', 'An “if”. Not reported as having happened.'],
  negated: ['Denied or negated', 'The text says that this did not happen.'],
  historical: ['Historical background', 'Background from the past, not part of the events reported.']
};
var LEVEL = {
  stated: ['Stated', 'the text states it itself'],
  attributed: ['Attributed', 'the text gives somebody’s word for it'],
  rumoured: ['Rumoured', 'the text passes on what is being said, without a source'],
  accused: ['Accused', 'one side accuses another of it']
};
var KIND = {
  pin: ['Named place', 'Drawn as a pin: the text names this place.'],
  near: ['Near a place', 'Drawn as a ring: near the place named, not at it.'],
  part_of: ['Part of a place', 'Drawn as a sector: a part of the place named.'],
  along: ['Along a line', 'Drawn as a dashed straight line between the places named; the true course is not known.'],
  route: ['From one to another', 'Drawn as a dashed arrow; the true course is not known.'],
  area: ['Area, not a point', 'Drawn as an outline: somewhere in this area.'],
  none: ['No place', 'Not drawn.']
};
var PRECISION = {
  1: 'at the place named (ACLED geo-precision 1)', 2: 'near it or a part of it (ACLED geo-precision 2)',
  3: 'somewhere in a larger region (ACLED geo-precision 3)', 0: 'a country, or no place known (no ACLED code)'
};
var WHERE = ['', 'exact', 'within 25 km', 'second-order division', 'first-order division',
  'a line or a fuzzy place', 'country', 'sea or air'];
var DIR = { N: 'northern', S: 'southern', E: 'eastern', W: 'western', NE: 'north-eastern', NW: 'north-western',
  SE: 'south-eastern', SW: 'south-western', C: 'central' };
var DIRTO = { N: 'north', S: 'south', E: 'east', W: 'west', NE: 'north-east', NW: 'north-west',
  SE: 'south-east', SW: 'south-west', C: 'centre' };
var BEARING = { N: 0, NE: 45, E: 90, SE: 135, S: 180, SW: 225, W: 270, NW: 315 };
var MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
  'November', 'December'];
var ROLES = { agent: 'acting', target: 'affected', crowd: 'crowd' };

// Kilometres drawn where the gazetteer gives none: conventions, said so in the method note.
var DEFAULT_RADIUS = { near: 4, part_of: 2.5, area: 20 };
var DAY = 86400000;
