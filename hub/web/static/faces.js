// Takes pictures of one person with this device's camera. The hub looks at each and says what to do next; without a
// camera, or without this script, photo files serve as well.
"use strict";
const camera = document.getElementById("camera");
const video = document.getElementById("preview");
const start = document.getElementById("start");
const stop = document.getElementById("stop");
const hint = document.getElementById("hint");
const ask = document.getElementById("ask");
const turn = document.getElementById("turn");
const off = document.getElementById("off");
const pictures = document.getElementById("pictures");
const WIDTH = 640;
const PAUSE_MS = 350;
const PATIENCE_MS = 60000;
let stream = null;
let begunAt = 0;
let facing = "user";

function say(words, fault) {
  if (hint.textContent !== words) hint.textContent = words;
  hint.classList.toggle("face-hint-fault", Boolean(fault));
}

function end(words) {
  for (const track of stream ? stream.getTracks() : []) track.stop();
  stream = null;
  video.hidden = true;
  off.hidden = false;
  stop.hidden = true;
  turn.hidden = true;
  start.hidden = false;
  if (words !== undefined) say(words, true);
}

function frame() {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
}

function show(told) {
  say(told.words, told.fault);
  ask.textContent = told.ask;
  for (const line of camera.querySelectorAll("[data-pose]")) {
    const pose = told.poses.find((each) => each.pose === line.dataset.pose);
    line.hidden = !pose;
    if (!pose) continue;
    const count = line.querySelector("[data-kept]");
    count.textContent = count.textContent.replace(/\d+/, pose.kept);
    line.classList.toggle("face-pose-done", pose.kept >= pose.of);
    line.classList.toggle("face-pose-now", pose.pose === told.wanted);
  }
  if (told.picture) {
    const picture = new Image(120, 90);
    picture.alt = pictures.dataset.alt.replace("#", told.count);
    picture.src = camera.dataset.pictures + told.picture;
    pictures.append(picture);
    const taken = document.getElementById("taken");
    taken.textContent = taken.dataset.words.replace("#", told.count);
    document.getElementById("propose").disabled = false;
    document.getElementById("thin").hidden = told.count >= 5;
  }
}

async function look() {
  const form = new FormData();
  form.append("token", camera.dataset.token);
  form.append("picture", await frame(), "kamera.jpg");
  const answer = await fetch(camera.dataset.send, { method: "POST", body: form, headers: { Accept: "application/json" } });
  if (answer.redirected || !(answer.headers.get("Content-Type") || "").startsWith("application/json")) throw new Error();
  const told = await answer.json();
  if (told.ended) return end(told.words);
  if (!told.poses) return say(told.words, true);
  show(told);
  if (told.wanted) return undefined;
  end("");
  start.disabled = true;
  return undefined;
}

async function run() {
  const mine = stream;
  while (stream === mine) {
    if (performance.now() - begunAt > PATIENCE_MS) return end(camera.dataset.slow);
    try {
      await look();
    } catch {
      return stream === mine ? end(camera.dataset.lost) : undefined;
    }
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
  return undefined;
}

async function begin() {
  if (!navigator.mediaDevices) return say(camera.dataset.insecure, true);
  start.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: WIDTH }, facingMode: facing }, audio: false });
  } catch (error) {
    const missing = error.name === "NotFoundError" || error.name === "OverconstrainedError";
    say(missing ? camera.dataset.noCamera : camera.dataset.denied, true);
    return undefined;
  } finally {
    start.disabled = false;
  }
  video.srcObject = stream;
  await video.play();
  video.hidden = false;
  off.hidden = true;
  start.hidden = true;
  stop.hidden = false;
  video.classList.toggle("face-mirrored", facing === "user");
  const devices = await navigator.mediaDevices.enumerateDevices();
  turn.hidden = devices.filter((device) => device.kind === "videoinput").length < 2;
  begunAt = performance.now();
  return run();
}

start.addEventListener("click", begin);
turn.addEventListener("click", () => {
  end("");
  facing = facing === "user" ? "environment" : "user";
  begin();
});
stop.addEventListener("click", () => end(""));
addEventListener("pagehide", () => end());
