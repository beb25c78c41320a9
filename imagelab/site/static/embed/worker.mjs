// The lab: Python, apart from the page, so that the page answers while a command is at work.

import { loadPyodide } from "../pyodide/runtime.mjs";

const FOLDER = "/lab";

// A link is a stranger's: labs that its reader keeps are none of its business. In a frame the
// browser may not let one store anything, either.
const session = loadPyodide({ packages: ["imagelab"], keeps: false }).then((python) => {
  postMessage({ loaded: true });
  return python.pyimport("imagelab.embed.worker").begin((data) => postMessage({ data }), FOLDER);
});

session.catch((error) => postMessage({ failed: String(error) }));

self.onmessage = async ({ data }) => {
  const there = await session.catch(() => null);
  try {
    there?.receive(data);
  } catch (error) {
    postMessage({ stopped: String(error) });
  }
};
