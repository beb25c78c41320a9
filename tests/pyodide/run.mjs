// Runs a module of the tests in Pyodide: its standard streams are this process's own.

import { readSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { pyodide, folders, module, words } = JSON.parse(process.argv[2]);

const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const python = await loadPyodide({ env: { HOME: "/home", PYTHONDONTWRITEBYTECODE: "1" } });

// Several programs may hold a stream's other end, so it may be one that does not wait.
function patiently(act) {
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
const into = (number) => ({ write: (bytes) => patiently(() => writeSync(number, bytes)) });
python.setStdin({ read: (bytes) => patiently(() => readSync(0, bytes)) });
python.setStdout(into(1));
python.setStderr(into(2));

for (const [inside, outside] of Object.entries(folders)) {
  python.FS.mkdirTree(inside);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: outside }, inside);
}

// Exit codes are numbers, as from sys.exit(0); what is raised is written as Python writes it.
python.globals.set("words", python.toPy([module, ...words]));
process.exitCode = python.runPython(`
import os, runpy, sys, traceback

sys.argv = words
sys.path[:0] = ["/repo", "/site"]
os.chdir("/repo")
try:
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    code = 0
except SystemExit as end:
    code = end.code or 0
except BaseException:
    traceback.print_exc()
    code = 1
sys.stdout.flush()
code
`);
