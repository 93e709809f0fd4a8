"use strict";
// The page's worker: it runs the Go programs, so that the page stays at hand while
// they work. Each is loaded with the hash it was built with. Behind wasm_exec.js it is
// started from memory, and so is told what it cannot see: where the page lies.

const programs = { ask: "rollcheckAsk", answer: "rollcheckAnswer", claim: "rollcheckClaim" };

// What each table is given to: the program and its function.
const tables = { tables: ["answer", "tables"], catalogue: ["answer", "catalogue"], claims: ["claim", "catalogue"] };

self.rollcheckProgress = (n) => postMessage({ progress: n });

// unpacked fetches a file compressed with gzip. Integrity is that of the file as it
// is sent, and is checked before any of it is used.
async function unpacked(file, integrity) {
  const response = await fetch(file, { integrity, credentials: "omit", referrerPolicy: "no-referrer" });
  if (!response.ok) throw new Error("program");
  return response.body.pipeThrough(new DecompressionStream("gzip"));
}

async function load({ load: name, file, integrity }) {
  const stream = await unpacked(file, integrity);
  if (tables[name]) {
    const [program, set] = tables[name];
    await self[programs[program]](set, new Uint8Array(await new Response(stream).arrayBuffer()));
    return;
  }
  const go = new Go();
  const compiled = await WebAssembly.compileStreaming(new Response(stream, { headers: { "Content-Type": "application/wasm" } }));
  const ready = new Promise((resolve) => (self[`${programs[name]}Ready`] = resolve));
  go.run(await WebAssembly.instantiate(compiled, go.importObject));
  await ready;
}

self.onmessage = async ({ data }) => {
  if (data.site) {
    self.rollcheckSite = data.site;
    return;
  }
  try {
    const result = data.load ? await load(data) : await self[programs[data.program]](data.name, data.data);
    postMessage({ id: data.id, result });
  } catch (error) {
    postMessage({ id: data.id, error: data.load ? "program" : String(error.message) });
  }
};
