// Compiles Python by the interpreter that will run it: node compile.mjs JOB.json
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pathToFileURL } from "node:url";

const { core, program, wheels, target } = JSON.parse(await readFile(process.argv[2], "utf-8"));
const { loadPyodide } = await import(pathToFileURL(`${core}/pyodide.mjs`).href);
const pyodide = await loadPyodide();

let mounts = 0;
function mount(host) {
  const folder = `/host${(mounts += 1)}`;
  pyodide.FS.mkdirTree(folder);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: host }, folder);
  return folder;
}

pyodide.runPython(await readFile(program, "utf-8"));
const [imported, compile, PACKAGES, LIBRARY] =
  ["imported", "compile_archive", "PACKAGES", "LIBRARY"]
    .map((name) => pyodide.globals.get(name));
const sources = wheels.map((wheel) => `${mount(dirname(wheel))}/${basename(wheel)}`);
const made = mount(target);
const chosen = imported(pyodide.toPy(sources));
for (const source of sources) compile(source, `${made}/${basename(source)}`, PACKAGES, chosen);
const library = `${mount(core)}/python_stdlib.zip`;
compile(library, `${made}/python_stdlib.zip`, LIBRARY, chosen);
