/* What is typed but not yet saved, kept on this device.
 *
 * IndexedDB, because it survives a killed browser; localStorage where there is none. One record
 * per form and tab: {key, case, user, tab, base, pending, inflight, at}.
 */
const NAME = "census-portal";
const STORE = "drafts";
const FALLBACK = "census-draft:";

function request(ask) {
  return new Promise((resolve, reject) => {
    ask.onsuccess = () => resolve(ask.result);
    ask.onerror = () => reject(ask.error);
  });
}

async function openDatabase() {
  const ask = indexedDB.open(NAME, 1);
  ask.onupgradeneeded = () => ask.result.createObjectStore(STORE, { keyPath: "key" });
  return request(ask);
}

function transaction(database, mode) {
  try {
    return database.transaction(STORE, mode, { durability: "strict" });
  } catch (error) {
    return database.transaction(STORE, mode);
  }
}

class IndexedStore {
  constructor(database) {
    this.database = database;
  }

  put(record) {
    return request(transaction(this.database, "readwrite").objectStore(STORE).put(record));
  }

  remove(key) {
    return request(transaction(this.database, "readwrite").objectStore(STORE).delete(key));
  }

  all() {
    return request(transaction(this.database, "readonly").objectStore(STORE).getAll());
  }
}

class LocalStore {
  async put(record) {
    localStorage.setItem(FALLBACK + record.key, JSON.stringify(record));
  }

  async remove(key) {
    localStorage.removeItem(FALLBACK + key);
  }

  async all() {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(FALLBACK))
      .map((name) => JSON.parse(localStorage.getItem(name)));
  }
}

/** The store of this browser. */
export async function openStore() {
  try {
    return new IndexedStore(await openDatabase());
  } catch (error) {
    return new LocalStore();
  }
}

/** Keep `name` locked as long as this page lives, so that other tabs can see that it does. */
export function stayAlive(name) {
  if (navigator.locks) navigator.locks.request(name, () => new Promise(() => {}));
}

/** The names locked by living tabs; null where the browser cannot tell. */
export async function livingLocks() {
  if (!navigator.locks) return null;
  const state = await navigator.locks.query();
  return new Set(state.held.map((lock) => lock.name));
}

/** Run `task` in one tab at a time. */
export function exclusively(name, task) {
  return navigator.locks ? navigator.locks.request(name, task) : task();
}
