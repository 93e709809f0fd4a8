"use strict";
// The other side of the worker: it loads the page's programs, each with the hash it
// was built with, and calls their functions.

const client = {
  worker: null,
  calls: new Map(),
  next: 1,
  loading: new Map(), // promises by file
  progress: null, // called with the bytes received since
};

// Whether this browser has all that the page needs.
client.able = () => typeof WebAssembly === "object" && typeof DecompressionStream === "function" && typeof Worker === "function";

function startWorker() {
  const worker = new Worker("worker.js");
  worker.onmessage = ({ data }) => {
    if (data.progress !== undefined) {
      client.progress?.(data.progress);
      return;
    }
    const call = client.calls.get(data.id);
    client.calls.delete(data.id);
    if (data.error === undefined) call?.resolve(data.result);
    else call?.reject(new Error(data.error));
  };
  worker.onerror = () => {
    for (const call of client.calls.values()) call.reject(new Error("program"));
    client.calls.clear();
  };
  client.worker = worker;
}

function post(message) {
  if (!client.worker) startWorker();
  return new Promise((resolve, reject) => {
    const id = client.next++;
    client.calls.set(id, { resolve, reject });
    client.worker.postMessage({ id, ...message });
  });
}

// need loads files that the worker is to have: programs and tables. It does so
// once, and again if it failed.
function need(...names) {
  return Promise.all(
    names.map((name) => {
      let loading = client.loading.get(name);
      if (!loading) {
        loading = post({ load: name, file: assets[name].file, integrity: assets[name].integrity });
        loading.catch(() => client.loading.delete(name));
        client.loading.set(name, loading);
      }
      return loading;
    }),
  );
}

// call calls a function of a program with JSON, and returns what it answers.
async function call(program, name, value) {
  const out = await post({ program, name, data: new TextEncoder().encode(JSON.stringify(value ?? null)) });
  return JSON.parse(new TextDecoder().decode(out));
}

// forget ends the worker, and with it all it has.
client.forget = () => {
  client.worker?.terminate();
  client.worker = null;
  client.calls.clear();
  client.loading.clear();
};

// The programs and tables of each part. They are loaded when the part is begun, so
// that they are there when they are needed; which ones does not depend on what is
// typed.
const forCheck = () => need("ask", "answer").then(() => need("tables", "catalogue"));
const forClaim = () => need("claim").then(() => need("claims"));
