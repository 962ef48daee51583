// Record a greeting into the file field above it. Without a microphone or without script the field stays what it is.
const MOST = 300_000;
const kinds = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function offer(box) {
  const field = box.closest("form").querySelector('input[type="file"]'), button = box.querySelector("button");
  const word = button.querySelector("span"), tell = box.querySelector("[data-tell]"), player = box.querySelector("audio");
  let recorder = null, ticking = 0;

  const keep = (chunks, type) => {
    const bare = type.split(";")[0], end = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" }[bare] ?? "bin";
    const files = new DataTransfer();
    files.items.add(new File(chunks, `${box.dataset.running.toLowerCase()}.${end}`, { type: bare }));
    field.files = files.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    if (player.src) URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(files.files[0]);
    player.hidden = false;
    tell.textContent = box.dataset.ready;
  };

  const start = async () => {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      tell.textContent = box.dataset.refused;
      return;
    }
    const chunks = [], began = Date.now();
    recorder = new MediaRecorder(stream, { mimeType: kinds.find((kind) => MediaRecorder.isTypeSupported(kind)) });
    recorder.addEventListener("dataavailable", (event) => chunks.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(ticking);
      for (const track of stream.getTracks()) track.stop();
      word.textContent = box.dataset.start;
      keep(chunks, recorder.mimeType);
      recorder = null;
    });
    recorder.start();
    player.hidden = true;
    word.textContent = box.dataset.stop;
    tell.textContent = box.dataset.running;
    ticking = setInterval(() => {
      word.textContent = `${box.dataset.stop} (${clock(Date.now() - began)})`;
      if (Date.now() - began >= MOST) recorder?.stop();
    }, 500);
  };

  button.addEventListener("click", () => (recorder ? recorder.stop() : start()));
  box.hidden = false;
}

if (navigator.mediaDevices?.getUserMedia && "MediaRecorder" in window) document.querySelectorAll("[data-recorder]").forEach(offer);
