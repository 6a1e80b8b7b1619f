'use strict';
// A MongoDB database as it lies, as text that is equal for two databases that say the same: ids, times, hashes and tokens masked.

const TEN = /^[A-Za-z0-9]{10}$/;
/** Columns in which a server writes what it makes up. */
const CHANCE = { _id: TEN, _session_token: /^r:[0-9a-f]{32}$/, username: /^[A-Za-z0-9]{25}$/ };
const TIMES = ['_created_at', '_updated_at', 'expiresAt', '_last_used', '_password_changed_at'];

/** Indexes that a start makes, or a collection that is not empty. */
const OWN_INDEX = /^(_id_|username_1|email_1|name_1|case_insensitive_.*|_email_verify_token|_perishable_token|_auth_data_.*_id)$/;

/** Answers `{collection: {documents: […], indexes: […]}}`; `ids` maps ids to their placeholders. */
async function read(db, modules, ids) {
  const { EJSON } = require(`${modules}/bson`);
  const names = (await db.listCollections().toArray()).map(({ name }) => name).filter(name => !name.startsWith('system.')).sort();
  const all = {};
  for (const name of names) {
    // Wrappers are kept, so that 1 as an int and 1 as a double differ.
    const documents = await db.collection(name).find({}, { promoteValues: false }).toArray();
    // In which order indexes were made says nothing.
    for (const { _metadata } of documents) if (_metadata?.indexes) _metadata.indexes = Object.fromEntries(Object.entries(_metadata.indexes).sort());
    const indexes = await db.collection(name).indexes();
    all[name] = {
      documents: documents.map(document => masked(name, document, text => EJSON.stringify(text, { relaxed: false }), ids)).sort(),
      indexes: indexes.map(index => JSON.stringify(index)).sort(),
    };
  }
  return all;
}

/** The document's fields in their stored order; the columns that one request adds to a class come in none. */
function masked(collection, document, write, ids) {
  const fields = Object.entries(document).map(([key, value]) => {
    const text = write({ value }).slice('{"value":'.length, -1);
    return `${JSON.stringify(key)}:${TIMES.includes(key) ? text.replace(/"\$numberLong":"\d+"/, '"<time>"') : field(key, text, ids)}`;
  });
  return `{${(collection === '_SCHEMA' ? fields.sort() : fields).join()}}`;
}

function field(key, text, ids) {
  let out = text.replace(/\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/g, '<hash>').replace(/\{"\$oid":"[0-9a-f]{24}"\}/g, '<oid>');
  for (const [real, placeholder] of ids) if (out.includes(real)) out = out.split(real).join(placeholder);
  if (CHANCE[key] && out.startsWith('"') && CHANCE[key].test(JSON.parse(out))) return '<chance>';
  return out;
}

/** The documents that last, with their fields as `plain` writes them; without what lives for minutes, and without indexes, which are those of the
 * last start. */
function lasting(database, plain) {
  const kept = Object.entries(database).filter(([name, { documents }]) => name !== '_Idempotency' && documents.length > 0);
  return Object.fromEntries(kept.map(([name, { documents }]) => [name, { documents: documents.map(text => JSON.stringify(plain(text))).sort(), indexes: [] }]));
}

/** The fields of a document in such a text, masks as texts, without what a start has noted of indexes. */
function fieldsOf(text) {
  const fields = JSON.parse(text.replaceAll('{"$date":{"<time>"}}', '"<time>"').replace(/(?<=[:,[])<(oid|chance|hash)>/g, '"<$1>"'));
  if (fields._metadata) delete fields._metadata.indexes;
  if (fields._metadata && !Object.keys(fields._metadata).length) delete fields._metadata;
  return fields;
}

/** Lines that tell where two such databases differ. */
function differences(a, b) {
  const lines = [];
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    for (const kind of ['documents', 'indexes']) {
      const [x, y] = [a[name]?.[kind], b[name]?.[kind]];
      if (!x || !y) {
        lines.push(`${name}: only in the ${x ? 'first' : 'second'}`);
        break;
      }
      lines.push(...without(x, y).map(one => `${name}: first: ${one}`), ...without(y, x).map(one => `${name}: second: ${one}`));
    }
  }
  return lines;
}

function without(list, other) {
  const rest = [...other];
  return list.filter(one => {
    const at = rest.indexOf(one);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

module.exports = { OWN_INDEX, read, lasting, fieldsOf, differences };
