import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/messages";
import { readCode } from "./tokenCode";

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats: () => Promise<string[]>;
}

const EVERY_MS = 250;

function detectorClass(): DetectorClass | undefined {
  return (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
}

/** Whether this browser reads QR codes by itself; where it does not, the number is typed or scanned. */
export async function canReadCodes(): Promise<boolean> {
  const formats = (await detectorClass()?.getSupportedFormats().catch(() => [])) ?? [];
  return formats.includes("qr_code") && Boolean(navigator.mediaDevices);
}

/** The picture stays on the screen: nothing is recorded or sent. */
export function Camera({ onCode, onClose }: { onCode: (code: string) => void; onClose: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const leaving = new AbortController();
    watch(video.current, leaving.signal, onCode).catch(() => setFailed(true));
    return () => leaving.abort();
  }, []);
  if (failed) return <p class="note" role="status">{t("board.cameraFailed")}</p>;
  return (
    <div class="stack stack-s">
      <video class="camera" ref={video} muted playsInline aria-label={t("board.cameraView")} />
      <div class="row"><p class="sub grow">{t("board.cameraHelp")}</p><button class="btn line" type="button" onClick={onClose}>{t("board.cameraClose")}</button></div>
    </div>
  );
}

async function watch(video: HTMLVideoElement | null, leaving: AbortSignal, onCode: (code: string) => void): Promise<void> {
  const Detector = detectorClass();
  if (!Detector || !video) throw new Error();
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  if (leaving.aborted) return stop();
  leaving.addEventListener("abort", stop, { once: true });
  video.srcObject = stream;
  await video.play();
  const detector = new Detector({ formats: ["qr_code"] });
  while (!leaving.aborted) {
    const seen = await detector.detect(video).catch(() => []);
    const code = seen.map(({ rawValue }) => readCode(rawValue)).find((read) => read.kind === "code");
    if (code?.kind === "code" && !leaving.aborted) return onCode(code.code);
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
}
