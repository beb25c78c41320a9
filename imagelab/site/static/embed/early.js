// What the page says before its lab is there, or if it does not come. No module: a browser that
// opened the page as a file loads none, and is told so here.

globalThis.early = (() => {
  const TEXTS = {
    ko: {
      loading: "실습실을 준비하는 중입니다. 처음에는 조금 걸립니다.",
      preparing: "실습실을 차리는 중입니다.",
      file: "이 페이지는 파일로 열면 움직이지 않습니다. 웹 서버의 주소로 여세요.",
      wasm: "이 브라우저에는 WebAssembly가 없거나 꺼져 있어서 실습실을 열 수 없습니다.",
      failed: "실습실을 불러오지 못했습니다. 인터넷 연결을 확인하고 페이지를 새로 고치세요. 그래도 안 되면 브라우저를 최신 버전으로 바꿔 보세요.",
      stopped: "실습실에 오류가 생겼습니다. 페이지를 새로 고치면 다시 시작합니다.",
      course: "imagelab 강좌 전체: 브라우저에서 배우는 Docker 이미지",
    },
    en: {
      loading: "The lab is being made ready. The first time takes a little longer.",
      preparing: "The lab is being set up.",
      file: "This page does not work when it is opened as a file. Open it at the address of a web server.",
      wasm: "This browser has no WebAssembly, or it is turned off, so the lab cannot be opened.",
      failed: "The lab could not be loaded. Check the connection and load the page anew. If that does not help, try a newer browser.",
      stopped: "Something went wrong in the lab. Load the page anew to begin again.",
      course: "The whole course of imagelab: Docker images, in the browser",
    },
  };

  // The link: what stands behind # or, where mail programs lose that, behind ?.
  const link = () => (location.hash || location.search).slice(1);

  function language() {
    const wishes = [new URLSearchParams(link()).get("lang"), ...navigator.languages];
    return wishes.map((each) => (each ?? "").slice(0, 2).toLowerCase())
      .find((each) => Object.hasOwn(TEXTS, each)) ?? "en";
  }

  function say(key) {
    const status = document.getElementById("status");
    status.classList.toggle("failed", ["file", "wasm", "failed", "stopped"].includes(key));
    status.textContent = key ? TEXTS[language()][key] : "";
  }

  function dress() {
    document.documentElement.lang = language();
    document.getElementById("course").textContent = TEXTS[language()].course;
  }

  dress();
  const fault = location.protocol === "file:" ? "file"
    : typeof WebAssembly !== "object" ? "wasm" : "";
  say(fault || "loading");
  document.querySelector("script[type=module]").addEventListener("error", () => {
    if (!fault) say("failed");
  });
  return { dress, fault, language, link, say };
})();
