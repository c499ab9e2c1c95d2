// Sends an archive with a bar, and asks for one step after the other while the page is open. Both forms work without.
"use strict";
const send = document.getElementById("send");
if (send) {
  send.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    const button = send.querySelector("button");
    const told = document.getElementById("told");
    const fail = (words) => {
      button.disabled = false;
      document.getElementById("sending").hidden = true;
      const box = document.createElement("div");
      box.className = "alert alert-danger";
      box.setAttribute("role", "alert");
      box.textContent = words;
      told.replaceChildren(box);
    };
    request.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable) document.getElementById("bar").value = (100 * step.loaded) / step.total;
    });
    request.addEventListener("load", () => {
      if (request.status === 200) return location.assign(request.responseURL);
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const words = page.querySelector("[role=alert]") || page.querySelector("main h1, main p");
      return fail(words ? words.textContent.trim() : send.dataset.lost);
    });
    request.addEventListener("error", () => fail(send.dataset.lost));
    button.disabled = true;
    told.replaceChildren();
    document.getElementById("sending").hidden = false;
    request.open("POST", send.action);
    request.send(new FormData(send));
  });
}
const steps = document.getElementById("steps");
if (steps) {
  const step = async () => {
    const form = new URLSearchParams(new FormData(steps));
    const answer = await fetch(steps.action, { method: "POST", body: form, headers: { Accept: "application/json" } });
    if (answer.redirected || !(answer.headers.get("Content-Type") || "").startsWith("application/json")) throw new Error();
    return answer.json();
  };
  const run = async () => {
    for (;;) {
      const told = await step();
      document.getElementById("words").textContent = told.words;
      document.getElementById("bar").value = told.done;
      const line = document.querySelector(`[data-line="${told.line}"]`);
      if (line) line.outerHTML = told.html;
      if (told.trouble) throw new Error(told.trouble);
      if (told.state !== "checking" && told.state !== "proposing") return location.reload();
      if (!told.line) await new Promise((done) => setTimeout(done, 2000));
    }
  };
  steps.hidden = true;
  run().catch((error) => {
    const trouble = document.getElementById("trouble");
    trouble.textContent = error.message || steps.dataset.lost;
    trouble.hidden = false;
    steps.hidden = false;
  });
}
