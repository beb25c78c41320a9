// Pyodide as all pages of a site load it: started from the site, able to draw and to keep labs.
import { core } from "./core.mjs";
import { Graphviz } from "./graphviz.mjs";

// JupyterLite's kernel wants it, and completes without it: it is as large as all other packages.
const SPARED = "jedi";
// What a drive can be asked without changing it, and for how many milliseconds an answer holds.
const LOOKS = new Set(["lookup", "getmode", "getattr", "readdir", "get"]);
const FRESH = 1000;
const here = new URL("./", import.meta.url);

// With `keeps: false` nothing that the browser stores is within reach.
export async function loadPyodide({ keeps = true, ...options } = {}) {
  const { loadPyodide: load } = await import(new URL("pyodide.mjs", core).href);
  const [pyodide, graphviz] = await Promise.all([
    load({
      ...options,
      packages: options.packages?.filter((name) => name !== SPARED),
      indexURL: core,
      stdLibURL: new URL("python_stdlib.zip", here).href,
      lockFileURL: new URL("pyodide-lock.json", here).href,
      packageBaseUrl: here.href,
    }),
    Graphviz.load(),
  ]);
  const { mount } = pyodide.FS;
  pyodide.FS.mount = (type, ...rest) => mount.call(pyodide.FS, remembering(type), ...rest);
  // What Python finds by `import imagelab_page`.
  pyodide.registerJsModule("imagelab_page", {
    draw: (dot) => graphviz.layout(dot, "svg", "dot"),
    // JupyterLite's drive, and how many bytes one file there may have.
    drive: "/drive",
    largest: 64e6,
    ...(keeps && { kept: await keep(pyodide.FS) }),
  });
  return pyodide;
}

// JupyterLite's drive asks the page whenever a file is looked at, and has the whole file fetched to
// tell its size. So its answers are remembered for a moment, or until something is changed.
function remembering(drive) {
  const ask = drive.API?.request?.bind(drive.API);
  if (!ask) return drive;
  const answers = new Map();
  let end = 0;
  drive.API.request = (question) => {
    const looks = LOOKS.has(question.method);
    if (!looks || performance.now() > end) {
      answers.clear();
      end = performance.now() + FRESH;
    }
    if (!looks) return ask(question);
    const key = `${question.method} ${question.path}`;
    if (!answers.has(key)) answers.set(key, ask(question));
    const answer = answers.get(key);
    return answer?.constructor === Object ? { ...answer } : answer;
  };
  return drive;
}

// A folder that the browser stores file by file as they change. JupyterLite's own drive writes
// whole files when they are closed, which no database can live with. Sites of one host, told apart
// by their paths, have folders of their own.
async function keep(FS) {
  const folder = `/kept${here.pathname}`;
  FS.mkdirTree(folder);
  try {
    FS.mount(FS.filesystems.IDBFS, { autoPersist: true }, folder);
    await new Promise((done, failed) => {
      FS.syncfs(true, (error) => (error ? failed(error) : done()));
      // In some frames the browser's storage neither opens nor fails.
      setTimeout(() => failed("the browser's storage does not answer"), 3000);
    });
  } catch (error) {
    console.warn(`labs are kept until this page is closed: ${error}`);
  }
  return folder;
}
