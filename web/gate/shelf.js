// @ts-check
// What stays on this device: trust lists with their memory, the latest time seen, and the numbers. IndexedDB.

const NAME = 'nansen-gate';
const STORES = ['lists', 'kept', 'counts'];

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

function open() {
  opened ??= new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const store of STORES) asked.result.createObjectStore(store);
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  return opened;
}

/**
 * @template T
 * @param {string} store
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
async function within(store, mode, act) {
  const database = await open();
  return new Promise((done, fail) => {
    const transaction = database.transaction(store, mode);
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => fail(transaction.error);
  });
}

/** @param {string} store @param {string} key @returns {Promise<any>} */
export const get = (store, key) => within(store, 'readonly', (s) => s.get(key));
/** @param {string} store @returns {Promise<any[]>} */
export const all = (store) => within(store, 'readonly', (s) => s.getAll());
/** @param {string} store @param {string} key @param {any} value */
export const put = (store, key, value) => within(store, 'readwrite', (s) => s.put(value, key));
/** @param {string} store @param {string} key */
export const remove = (store, key) => within(store, 'readwrite', (s) => s.delete(key));
/** @param {string} store */
export const clear = (store) => within(store, 'readwrite', (s) => s.clear());

/**
 * Reads, changes and writes one value, undisturbed by other pages of this browser.
 * @param {string} store @param {string} key @param {(value: any) => any} change
 */
export async function change(store, key, change) {
  const database = await open();
  return new Promise((done, fail) => {
    const transaction = database.transaction(store, 'readwrite');
    const shelf = transaction.objectStore(store);
    const asked = shelf.get(key);
    asked.onsuccess = () => shelf.put(change(asked.result), key);
    transaction.oncomplete = () => done(undefined);
    transaction.onabort = () => fail(transaction.error);
  });
}
