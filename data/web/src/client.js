"use strict";
// The other side of the worker: it starts it, has it load the page's programs, each
// with the hash it was built with, and calls their functions.

const client = {
  worker: null, // a promise of it
  calls: new Map(),
  next: 1,
  loading: new Map(), // promises by file
  progress: null, // called with the bytes received since
};

// Whether this browser has all that the page needs.
client.able = () => typeof WebAssembly === "object" && typeof DecompressionStream === "function" && typeof Worker === "function";

// fetched returns a file if it is the one that the page was built with.
async function fetched({ file, integrity }) {
  const response = await fetch(file, { integrity, credentials: "omit", referrerPolicy: "no-referrer" });
  if (!response.ok) throw new Error("program");
  return response.blob();
}

// startWorker starts the worker. Browsers take no hash of a worker's script, so it is
// fetched with its hash, together with Go's own script that it needs, and started
// from what was fetched. Such a worker is under the policy of the page. It has no
// address of its own: all those it is given are whole.
async function startWorker() {
  const parts = await Promise.all(workerParts.map(fetched));
  const url = URL.createObjectURL(new Blob(parts.flatMap((part) => [part, "\n"]), { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true }); // it has it
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
  worker.postMessage({ site: document.baseURI });
  return worker;
}

async function post(message) {
  const starting = (client.worker ??= startWorker());
  let worker;
  try {
    worker = await starting;
  } catch (error) {
    if (client.worker === starting) client.worker = null; // it is tried again
    throw new Error("program");
  }
  if (client.worker !== starting) throw new Error("program"); // forgotten meanwhile
  return new Promise((resolve, reject) => {
    const id = client.next++;
    client.calls.set(id, { resolve, reject });
    worker.postMessage({ id, ...message });
  });
}

// need loads files that the worker is to have: programs and tables. It does so
// once, and again if it failed.
function need(...names) {
  return Promise.all(
    names.map((name) => {
      let loading = client.loading.get(name);
      if (!loading) {
        loading = post({ load: name, file: new URL(assets[name].file, document.baseURI).href, integrity: assets[name].integrity });
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
  client.worker?.then((worker) => worker.terminate(), () => {});
  client.worker = null;
  client.calls.clear();
  client.loading.clear();
};

// The programs and tables of each part. They are loaded when the part is begun, so
// that they are there when they are needed; which ones does not depend on what is
// typed.
const forCheck = () => need("ask", "answer").then(() => need("tables", "catalogue"));
const forClaim = () => need("claim").then(() => need("claims"));
