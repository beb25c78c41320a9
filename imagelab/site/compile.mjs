// Compiles the Python in wheels by the interpreter that will run it: node compile.mjs JOBS.json
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

const { core, program, jobs } = JSON.parse(await readFile(process.argv[2], "utf-8"));
const { loadPyodide } = await import(pathToFileURL(`${core}/pyodide.mjs`).href);
const pyodide = await loadPyodide();

function mount(host, folder) {
  pyodide.FS.mkdirTree(folder);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: host }, folder);
}

pyodide.runPython(await readFile(program, "utf-8"));
const compile = pyodide.globals.get("compile_wheel");
for (const [number, { source, target }] of jobs.entries()) {
  mount(dirname(source), `/source${number}`);
  mount(dirname(target), `/target${number}`);
  const name = source.slice(dirname(source).length + 1);
  compile(`/source${number}/${name}`, `/target${number}/${name}`);
}
